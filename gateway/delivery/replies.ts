import type { NewId } from '../core/clock.ts';
import type { Address, StoredMessage } from '../core/message.ts';
import type { OutboundKind } from '../core/outbox.ts';
import type { NewOutbound } from '../journal/journal.ts';
import type { Platform } from '../platforms/platform.ts';

/** The platform accounts of this gateway, found by address. */
export class Accounts {
  readonly #platforms = new Map<string, Platform>();

  constructor(platforms: readonly Platform[]) {
    for (const p of platforms) this.#platforms.set(`${p.platform}\0${p.account}`, p);
  }

  of(address: Pick<Address, 'platform' | 'account'>): Platform | undefined {
    return this.#platforms.get(`${address.platform}\0${address.account}`);
  }

  all(): Platform[] {
    return [...this.#platforms.values()];
  }
}

/**
 * The outbox rows of one text, split as its platform wants. The split is fixed here, once: a later
 * resend must not cut the text in other places. No text, no rows.
 */
export function replyRows(
  text: string,
  options: {
    readonly platform: Platform | undefined;
    readonly kind: OutboundKind;
    readonly address: Address;
    readonly lane: string;
    readonly message?: Pick<StoredMessage, 'id' | 'context'>;
    readonly expiresAt: number;
    readonly id: NewId;
  },
): NewOutbound[] {
  if (text === '') return [];
  const parts = options.platform?.split(text) ?? [text];
  const { message } = options;
  return parts.map((part, chunk) => ({
    id: options.id(),
    address: options.address,
    lane: options.lane,
    kind: options.kind,
    text: part,
    chunk,
    chunks: parts.length,
    expiresAt: options.expiresAt,
    ...(message === undefined ? {} : { message: message.id }),
    ...(message?.context === undefined ? {} : { context: message.context }),
  }));
}
