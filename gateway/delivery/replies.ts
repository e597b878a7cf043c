import type { Clock, NewId } from '../core/clock.ts';
import type { Address, StoredMessage } from '../core/message.ts';
import type { OutboundKind } from '../core/outbox.ts';
import type { Settings } from '../core/settings.ts';
import type { NewOutbound } from '../journal/journal.ts';
import type { Accounts } from './accounts.ts';

export interface RepliesDeps {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly settings: Pick<Settings, 'outboxTtl'>;
}

/** Where a text goes, and what it answers. */
export interface ReplyTarget {
  readonly address: Address;
  readonly lane: string;
  /** The message that is answered; absent: nobody asked. */
  readonly message?: Pick<StoredMessage, 'id' | 'context'>;
  /** Makes the rows' ids (their idempotency keys). Default: fresh ones. */
  readonly id?: NewId;
}

/**
 * Makes outbox rows out of texts, split as their platform wants. The split is fixed here, once: a later
 * resend must not cut the text in other places. No text, no rows.
 */
export class Replies {
  readonly #deps: RepliesDeps;

  constructor(deps: RepliesDeps) {
    this.#deps = deps;
  }

  rows(kind: OutboundKind, text: string, to: ReplyTarget): NewOutbound[] {
    if (text === '') return [];
    const { accounts, clock, newId, settings } = this.#deps;
    const { address, lane, message, id = newId } = to;
    const parts = accounts.of(address)?.split(text) ?? [text];
    const expiresAt = clock.now() + settings.outboxTtl;
    return parts.map((part, chunk) => ({
      id: id(),
      address,
      lane,
      kind,
      text: part,
      chunk,
      chunks: parts.length,
      expiresAt,
      ...(message === undefined ? {} : { message: message.id }),
      ...(message?.context === undefined ? {} : { context: message.context }),
    }));
  }

  /** The rows that answer a message. */
  to(message: StoredMessage, text: string): NewOutbound[] {
    const { address, lane, kind } = message;
    return this.rows(kind === 'command' ? 'command' : 'reply', text, { address, lane, message });
  }
}
