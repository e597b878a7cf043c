import type { Clock, Timer } from '../core/clock.ts';
import type { Generation } from './generation.ts';
import type { HandOverState, ToGeneration } from './protocol.ts';

type Result = Extract<ToGeneration, { type: 'handover-result' }>;

/**
 * One hand-over, from the request to its end.
 *
 *     proving ─┬─ the successor is ready ──────────▶ done
 *              ├─ it failed, or a stop came ───────▶ refused
 *              ├─ it is silent past its deadline ──▶ timed-out
 *              └─ somebody took it back ───────────▶ cancelled
 *
 * Nothing has moved while it is proving, so each end but `done` leaves things as they were. Whoever
 * asks meanwhile joins and gets the same result under an order id of his own.
 */
export class HandOver {
  readonly candidate: Generation;
  readonly order: string;
  readonly #joined: string[] = [];
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #timer: Timer;
  #force: boolean;

  constructor(
    candidate: Generation,
    request: { readonly order: string; readonly force: boolean },
    timing: { readonly readyMs: number; readonly timedOut: () => void },
    clock: Clock,
  ) {
    this.candidate = candidate;
    this.order = request.order;
    this.#force = request.force;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#timer = clock.after(timing.readyMs, timing.timedOut);
  }

  /** One who joins with `force` makes the whole hand-over cut turns. */
  get force(): boolean {
    return this.#force;
  }

  join(order: string, force: boolean): void {
    if (order !== this.order && !this.#joined.includes(order)) this.#joined.push(order);
    this.#force ||= force;
  }

  has(order: string): boolean {
    return order === this.order || this.#joined.includes(order);
  }

  /** Ends it, and returns the result for everyone who asked. */
  settle(state: HandOverState, reason?: string): Result[] {
    this.#timer.cancel();
    const result = {
      type: 'handover-result' as const,
      order: this.order,
      state,
      tookMs: Math.round(this.#clock.monotonic() - this.#startedAt),
      ...(reason !== undefined && { reason }),
      ...(state === 'done' && { successor: this.candidate.instance ?? '' }),
    };
    return [result, ...this.#joined.map((order) => ({ ...result, order, joined: this.order }))];
  }
}
