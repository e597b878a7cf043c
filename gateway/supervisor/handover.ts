import type { Clock, Timer } from '../core/clock.ts';
import type { Generation } from './generation.ts';
import type { HandOverState, ToGeneration } from './protocol.ts';

type Result = Extract<ToGeneration, { type: 'handover-result' }>;

/**
 * One hand-over, from the request to its end.
 *
 *     proving ──ready──▶ opening ──receiving──▶ done
 *        │                  ├─ it failed, or a stop came ──▶ refused
 *        │                  └─ it is silent too long ──────▶ timed-out
 *        ├─ these two as well
 *        └─ somebody took it back ──▶ cancelled
 *
 * - proving: the successor shows that it could serve. Nothing has moved.
 * - opening: it takes connections, beside its predecessor, which has not been told to drain. It can no
 *   longer be taken back; should it die, the predecessor goes on and takes up what it had accepted.
 *
 * So each end but `done` leaves the predecessor serving. Whoever asks meanwhile joins and gets the same
 * result under an order id of his own.
 */
export class HandOver {
  readonly candidate: Generation;
  readonly order: string;
  readonly #joined: string[] = [];
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #open: () => Timer;
  #timer: Timer;
  #opening = false;
  #force: boolean;

  constructor(
    candidate: Generation,
    request: { readonly order: string; readonly force: boolean },
    timing: {
      readonly readyMs: number;
      readonly openMs: number;
      readonly timedOut: (reason: string) => void;
    },
    clock: Clock,
  ) {
    this.candidate = candidate;
    this.order = request.order;
    this.#force = request.force;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    const { readyMs, openMs, timedOut } = timing;
    const name = `generation ${candidate.number}`;
    this.#timer = clock.after(readyMs, () =>
      timedOut(`${name} was not ready within ${readyMs} ms`),
    );
    this.#open = () =>
      clock.after(openMs, () => timedOut(`${name} took no connections within ${openMs} ms`));
  }

  /** One who joins with `force` makes the whole hand-over cut turns. */
  get force(): boolean {
    return this.#force;
  }

  /** Whether it is too late to take it back. */
  get opening(): boolean {
    return this.#opening;
  }

  /** The successor is ready, and has some time to take connections. */
  open(): void {
    this.#opening = true;
    this.#timer.cancel();
    this.#timer = this.#open();
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
