/**
 * Tokens in a bucket per key: `rate` a second, at most twice as many at once. Full buckets are
 * forgotten, so memory follows the clients of the last seconds.
 */
export class RateLimit {
  readonly #rate: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();
  #sweptAt: number;

  /** `rate` in takes a second, 0 for no limit; `now` in milliseconds, never going back. */
  constructor(rate: number, burst: number, now: () => number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#now = now;
    this.#sweptAt = now();
  }

  /** Takes one. Returns 0, or the milliseconds until there is one again. */
  take(key: string): number {
    if (this.#rate === 0) return 0;
    const now = this.#now();
    this.#sweep(now);
    const bucket = this.#buckets.get(key) ?? { left: this.#burst, at: now };
    bucket.left = Math.min(this.#burst, bucket.left + ((now - bucket.at) / 1000) * this.#rate);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) / this.#rate) * 1000);
    bucket.left -= 1;
    return 0;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < 1000) return;
    this.#sweptAt = now;
    const fullAfter = (this.#burst / this.#rate) * 1000;
    for (const [key, bucket] of this.#buckets) {
      if (now - bucket.at > fullAfter) this.#buckets.delete(key);
    }
  }
}
