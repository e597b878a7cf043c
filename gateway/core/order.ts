import type { Address } from './message.ts';

/**
 * A restart or a drain is an order: a record with an owner, a deadline and an end, never a flag that
 * can be left behind.
 *
 *     open ─┬▶ done        it came to its end
 *           ├▶ refused     the successor could not serve; the old instance goes on
 *           ├▶ cancelled   somebody took it back in time
 *           └▶ timed-out   nobody renewed or finished it before its deadline
 *
 * One order of a kind is open at a time: asking again returns the open one and starts nothing.
 */
export type OrderKind = 'restart' | 'drain';
export type OrderState = 'open' | 'done' | 'refused' | 'cancelled' | 'timed-out';

export interface Order {
  readonly id: string;
  readonly kind: OrderKind;
  /** Who asked: `cli`, `signal`, `web`, or a sender's address. */
  readonly by: string;
  /** `handover`: a successor serves before this instance leaves. `full`: drain, exit 75, start anew. */
  readonly mode?: 'handover' | 'full';
  /** Not before no turn runs. */
  readonly whenIdle?: boolean;
  /** Cut running turns at once. Committed replies are still delivered. */
  readonly force: boolean;
  /** The chat to tell when it is over, and the turn that asked, where one did. */
  readonly tell?: { readonly address: Address; readonly lane: string; readonly turn?: string };
  readonly createdAt: number;
  /** Epoch milliseconds. An open order past it is timed out by whoever reads it. */
  readonly deadline: number;
  readonly state: OrderState;
  readonly reason?: string;
  /** The instance that serves after it. */
  readonly successor?: string;
  readonly endedAt?: number;
}

/** An order past its deadline counts as timed out, whether or not somebody has written so (R07). */
export function effectiveState(order: Order, now: number): OrderState {
  return order.state === 'open' && now > order.deadline ? 'timed-out' : order.state;
}
