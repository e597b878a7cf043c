import { DAY, MINUTE } from './clock.ts';

// Who may talk. Nobody may unless the configuration names them, or an owner has let them in.
//
//     stranger ──writes──▶ asked (a code, told once a day) ──owner approves──▶ guest
//        ▲                    │ code is older than an hour
//        └────────────────────┘
//
// A code proves that whoever holds it can read the chat it was sent to; it is worth nothing but that
// chance to be approved, and only an owner can approve.

/** People and chats as the configuration names them. */
export interface PeopleRules {
  readonly owners: readonly (string | number)[];
  /** Ids of people, or of whole chats. */
  readonly allowed: readonly (string | number)[];
  readonly pairing: boolean;
}

export interface Stranger {
  readonly platform: string;
  readonly account: string;
  readonly id: string;
  readonly name?: string;
}

/** An open code, or somebody who was let in. */
export interface PairingRecord extends Stranger {
  readonly state: 'asked' | 'approved';
  /** Absent once approved. */
  readonly code?: string;
  /** The direct chat where the code was told. */
  readonly chat?: string;
  /** Epoch milliseconds: when the code was told, or when they were let in. */
  readonly at: number;
}

/** Where pairings are kept, durably and shared by every instance. */
export interface PairingStore {
  find(who: Pick<Stranger, 'platform' | 'account' | 'id'>): Promise<PairingRecord | undefined>;
  put(record: PairingRecord): Promise<void>;
  remove(who: Pick<Stranger, 'platform' | 'account' | 'id'>): Promise<void>;
  all(): Promise<readonly PairingRecord[]>;
}

/** How long a code can be approved. */
export const CODE_LIFE = 60 * MINUTE;
/** A stranger is told a code this often at most. */
export const TOLD_EVERY = DAY;
/** Strangers that are told a code in an hour, over all: more are ignored. */
export const CODES_PER_HOUR = 20;
/** Attempts to approve in an hour, over all: codes cannot be guessed by trying. */
export const APPROVALS_PER_HOUR = 30;

/** Letters and digits that nobody mistakes for one another. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 8;

/** A code of eight characters (about 39 bits) from bytes of a cryptographic source, 32 of them or more. */
export function codeFrom(bytes: Uint8Array): string {
  let code = '';
  for (const byte of bytes) {
    // The few bytes above a multiple of the alphabet's length would favour its first letters.
    if (byte >= ALPHABET.length * Math.floor(256 / ALPHABET.length)) continue;
    code += ALPHABET[byte % ALPHABET.length];
    if (code.length === CODE_LENGTH) return code;
  }
  throw new RangeError('too few bytes for a pairing code');
}

/** What the configuration alone says. */
export function roleOf(
  rules: PeopleRules,
  who: { readonly id: string },
  chat: string,
): 'owner' | 'guest' | undefined {
  const named = (list: readonly (string | number)[], id: string) =>
    list.some((one) => String(one) === id);
  if (named(rules.owners, who.id)) return 'owner';
  return named(rules.allowed, who.id) || named(rules.allowed, chat) ? 'guest' : undefined;
}

/** What is done about somebody whom the configuration does not name. */
export type StrangerDecision =
  | { readonly do: 'let-in' }
  | { readonly do: 'ignore' }
  /** Write a new record with a fresh code, and tell it. */
  | { readonly do: 'tell' };

/**
 * Decides about a stranger. `record`: what is kept of them; `toldLately`: codes told in the last hour,
 * to anybody. Only in a direct chat is anything told.
 */
export function decideStranger(
  rules: PeopleRules,
  record: PairingRecord | undefined,
  where: { readonly direct: boolean; readonly now: number; readonly toldLately: number },
): StrangerDecision {
  if (record?.state === 'approved') return { do: 'let-in' };
  if (!rules.pairing || !where.direct) return { do: 'ignore' };
  if (record !== undefined && where.now - record.at < TOLD_EVERY) return { do: 'ignore' };
  if (where.toldLately >= CODES_PER_HOUR) return { do: 'ignore' };
  return { do: 'tell' };
}

/** The open record that a code belongs to. Case, spaces and dashes do not matter. */
export function findCode(
  records: readonly PairingRecord[],
  code: string,
  now: number,
): PairingRecord | undefined {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, '');
  return records.find((r) => r.state === 'asked' && r.code === plain && now - r.at < CODE_LIFE);
}
