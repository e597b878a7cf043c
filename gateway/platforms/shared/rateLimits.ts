import type { Clock } from '../../core/clock.ts';

/** The silences that a platform has asked for, by chat. Nothing is sent into one. */
export class RateLimits {
  readonly #until = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  asked(chat: string, ms: number): void {
    const until = this.#clock.monotonic() + ms;
    if (until > (this.#until.get(chat) ?? 0)) this.#until.set(chat, until);
  }

  /** Milliseconds of silence left; 0: speak. */
  left(chat: string): number {
    const until = this.#until.get(chat);
    if (until === undefined) return 0;
    const left = until - this.#clock.monotonic();
    if (left > 0) return Math.ceil(left);
    this.#until.delete(chat);
    return 0;
  }
}
