import type { Address } from '../../gateway/core/message.ts';
import type { ClaimedTurn } from '../../gateway/core/turn.ts';
import type {
  AcceptOptions,
  Claim,
  Journal,
  NewMessage,
  NewOutbound,
  Receipt,
  TurnResultRow,
} from '../../gateway/journal/journal.ts';

export const T0 = 1_700_000_000_000;
/** The home of the instances, unless a test says another. */
export const MACHINE = 'here';
export const HOUR = 3_600_000;

export function address(chat: string): Address {
  return { platform: 'web', account: 'main', chat };
}

export function message(id: string, lane: string, patch: Partial<NewMessage> = {}): NewMessage {
  return {
    id,
    lane,
    kind: 'message',
    address: address(lane),
    updateId: `u-${id}`,
    sender: { id: 'ada', role: 'owner' },
    direct: true,
    text: `text of ${id}`,
    attachments: [],
    receivedAt: T0,
    ...patch,
  };
}

export function photo(id: string, lane: string, patch: Partial<NewMessage> = {}): NewMessage {
  return message(id, lane, { attachments: [{ kind: 'photo', ref: `ref-${id}` }], ...patch });
}

export function claimBy(holder: string, patch: Partial<Claim> = {}): Claim {
  return { holder, now: T0, burstWindowMs: 800, ...patch };
}

/** Options of an accept that starts a turn where it can. */
export function starting(holder = 'i1', patch: Partial<AcceptOptions> = {}): AcceptOptions {
  return { now: T0, queueLimit: 50, claim: claimBy(holder), ...patch };
}

/** Options of an accept that only commits. */
export function waiting(patch: Partial<AcceptOptions> = {}): AcceptOptions {
  return { now: T0, queueLimit: 50, ...patch };
}

export function reply(to: string, lane: string, patch: Partial<NewOutbound> = {}): NewOutbound {
  return {
    id: `reply-${to}`,
    address: address(lane),
    lane,
    kind: 'reply',
    text: `reply to ${to}`,
    chunk: 0,
    chunks: 1,
    message: to,
    expiresAt: T0 + HOUR,
    ...patch,
  };
}

export function answered(turn: ClaimedTurn, patch: Partial<TurnResultRow> = {}): TurnResultRow {
  const first = turn.messages[0]?.id ?? '';
  return {
    end: 'answered',
    outcome: 'answered',
    now: T0 + 1,
    outbound: [reply(first, turn.lane, { id: `reply-${turn.turn}` })],
    transcript: [
      ...turn.messages.map((m) => ({ role: 'user' as const, text: m.text })),
      { role: 'assistant', text: `reply to ${first}` },
    ],
    ...patch,
  };
}

export const suspended: TurnResultRow = {
  end: 'suspended',
  now: T0 + 1,
  outbound: [],
  transcript: [],
};

/** The turn that an accept has started; fails when it started none. */
export function turnOf(receipt: Receipt): ClaimedTurn {
  if (receipt.status !== 'accepted' || receipt.turn === undefined) {
    throw new Error(`no turn was started: ${JSON.stringify(receipt)}`);
  }
  return receipt.turn;
}

export async function join(
  journal: Journal,
  id: string,
  until = T0 + HOUR,
  machine = MACHINE,
): Promise<void> {
  await journal.join({
    id,
    machine,
    generation: 1,
    version: '0.1.0',
    pid: 1,
    startedAt: T0,
    until,
    draining: false,
  });
}

export async function names(journal: Journal, id: string): Promise<string[]> {
  return (await journal.trace(id)).map((event) => event.name);
}
