import { MINUTE } from './clock.ts';
import type { Address, JsonValue } from './message.ts';

/**
 * The life of one thing to be sent.
 *
 *     prepared ──claim──▶ sending ──▶ sent
 *        │  ▲               │ │ └────▶ failed      (permanent: never retried, a dead letter)
 *        │  └──transient────┘ └──────▶ ambiguous   (found in `sending` by a later instance)
 *        └──ttl──▶ expired
 *
 * `sending` is committed before the request leaves. A row found in `sending` whose sender is gone may
 * or may not have taken effect: it becomes `ambiguous` and is reconciled by its platform's class.
 */
export type OutboxState = 'prepared' | 'sending' | 'sent' | 'failed' | 'ambiguous' | 'expired';

/**
 * The longest wait before a send is tried again, whatever a platform asks for. A row that is due later
 * than this was written before the clock was set back, and is due now.
 */
export const LONGEST_WAIT = 15 * MINUTE;

/** What a platform lets us prove about a send whose answer never came. */
export type SendClass = 'key-on-send' | 'can-be-asked' | 'edits' | 'blind';

/** reply: a turn's answer. notice: the gateway's own word. command: a slash command's answer. */
export type OutboundKind = 'reply' | 'notice' | 'command';

/** One row of the outbox. Its id is the idempotency key; its split into chunks is fixed when written. */
export interface Outbound {
  readonly id: string;
  readonly address: Address;
  readonly lane: string;
  readonly kind: OutboundKind;
  readonly text: string;
  /** Position among the rows that one reply was split into, from 0. */
  readonly chunk: number;
  readonly chunks: number;
  /** The message this answers, where there is one, and its platform context. */
  readonly message?: string;
  readonly context?: JsonValue;
  readonly turn?: string;
  readonly state: OutboxState;
  readonly attempts: number;
  /** Set when an earlier instance may have sent this already. */
  readonly ambiguous: boolean;
  /** What the platform called the thing sent or its placeholder, once known. */
  readonly platformId?: string;
  readonly createdAt: number;
}

/**
 * What to do with a row whose send was cut off.
 * `resend`: with its key, shows once. `ask`: look it up, send only if absent. `mark`: send once more,
 * marked as a possible repeat. `hold`: a dead letter that a person decides on.
 */
export type Reconciliation = 'resend' | 'ask' | 'mark' | 'hold';

/** The reconciliation of an ambiguous row, by the class that its platform states for it. */
export function reconciliationOf(
  sendClass: SendClass,
  policy: 'resend-marked' | 'hold',
): Reconciliation {
  switch (sendClass) {
    case 'key-on-send':
    case 'edits':
      return 'resend';
    case 'can-be-asked':
      return 'ask';
    case 'blind':
      return policy === 'hold' ? 'hold' : 'mark';
  }
}
