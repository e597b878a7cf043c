import type { Clock } from '../../core/clock.ts';
import type { Liveness } from '../../core/status.ts';

/**
 * Whether a receive path lives. A path that should have been heard of and was not is `retrying`,
 * whatever its last report said: silence is not health.
 *
 *     starting ─▶ live ⇄ retrying
 *        └──────────┴───────┴──▶ failed (a person is needed) | stopped
 */
export class Pulse {
  #state: Liveness['state'] = 'starting';
  #reason: string | undefined;
  #heardAt: number | undefined;
  #heardMono = 0;
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #changed: () => void;

  /** `silenceMs`: how long a live path may be silent. `changed` is called when the state is another. */
  constructor(clock: Clock, silenceMs: number, changed: () => void) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#changed = changed;
  }

  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#heardMono = this.#clock.monotonic();
    this.#set('live');
  }

  retrying(reason: string): void {
    if (this.#state !== 'failed') this.#set('retrying', reason);
  }

  failed(reason: string): void {
    this.#set('failed', reason);
  }

  stopped(): void {
    if (this.#state !== 'failed') this.#set('stopped');
  }

  starting(): void {
    this.#set('starting');
  }

  get state(): Liveness['state'] {
    return this.#state;
  }

  liveness(): Liveness {
    const heard = this.#heardAt === undefined ? {} : { heardAt: this.#heardAt };
    const silent = this.#clock.monotonic() - this.#heardMono;
    if (this.#state === 'live' && silent > this.#silenceMs) {
      const reason = `nothing was heard for ${Math.round(silent / 1000)} s; reconnecting`;
      return { state: 'retrying', ...heard, reason };
    }
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    return { state: this.#state, ...heard, ...reason };
  }

  #set(state: Liveness['state'], reason?: string): void {
    const same = this.#state === state && this.#reason === reason;
    this.#state = state;
    this.#reason = reason;
    if (!same) this.#changed();
  }
}
