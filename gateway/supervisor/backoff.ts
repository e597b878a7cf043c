import { MINUTE, SECOND } from '../core/clock.ts';

export interface BackoffOptions {
  /** Wait before the second start in a row; doubles from there. The first start waits for nothing. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** This many failures within `windowMs` are a loop. */
  readonly loopAfter: number;
  readonly windowMs: number;
  /** The wait between attempts in a loop. It never becomes "for ever". */
  readonly loopMs: number;
}

export const BACKOFF_DEFAULTS = {
  firstMs: 250,
  maxMs: 10 * SECOND,
  loopAfter: 6,
  windowMs: 5 * MINUTE,
  loopMs: MINUTE,
} satisfies BackoffOptions;

/** When to start the next generation, and whether the ones before it died in a loop. */
export interface Wait {
  readonly ms: number;
  readonly looping: boolean;
  /** Failures within the window, this one included. */
  readonly failures: number;
}

/**
 * Spaces out starts after failures. Each failure is remembered for `windowMs`; the wait grows with
 * their number, and past `loopAfter` it is `loopMs`, again and again: a gateway that cannot live is
 * still tried, and each try is said. A generation that lives through the window clears it by itself.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures: number[] = [];

  constructor(options: BackoffOptions = BACKOFF_DEFAULTS) {
    this.#options = options;
  }

  /** Notes a failure at `now` (monotonic milliseconds). `hopeless`: trying soon would not help. */
  failed(now: number, hopeless = false): Wait {
    const { firstMs, maxMs, loopAfter, windowMs, loopMs } = this.#options;
    this.#failures = [...this.#failures.filter((at) => now - at < windowMs), now];
    const failures = this.#failures.length;
    if (hopeless || failures >= loopAfter) return { ms: loopMs, looping: true, failures };
    const ms = failures === 1 ? 0 : Math.min(maxMs, firstMs * 2 ** (failures - 2));
    return { ms, looping: false, failures };
  }
}
