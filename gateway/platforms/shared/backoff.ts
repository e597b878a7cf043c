import type { Clock, Random, Timer } from '../../core/clock.ts';

/**
 * How long to wait before the next attempt: doubles from `firstMs` to `mostMs`, and takes a random
 * share of it (half to all), so that many gateways do not knock on a platform in step.
 */
export class Backoff {
  #failures = 0;
  readonly #random: Random;
  readonly #firstMs: number;
  readonly #mostMs: number;

  constructor(random: Random, firstMs: number, mostMs: number) {
    this.#random = random;
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  /** Counts a failure and returns the wait in milliseconds; never shorter than what the platform asked for. */
  next(askedMs = 0): number {
    const ceiling = Math.min(this.#mostMs, this.#firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    return Math.max(askedMs, Math.round(ceiling * (0.5 + this.#random() / 2)));
  }

  reset(): void {
    this.#failures = 0;
  }
}

/** Waits by the injected clock; returns early, without an error, when `signal` aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    let timer: Timer | undefined;
    const end = () => {
      timer?.cancel();
      signal.removeEventListener('abort', end);
      done();
    };
    signal.addEventListener('abort', end);
    timer = clock.after(ms, end);
  });
}
