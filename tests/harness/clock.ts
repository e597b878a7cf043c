import type { Clock } from '../../gateway/core/clock.ts';

/** A clock that a test owns: time passes only when `advance` is called. */
export class ManualClock implements Clock {
  #now: number;
  #mono = 0;
  #timers: { at: number; run: () => void }[] = [];

  constructor(start = 1_700_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#mono;
  }

  after(ms: number, run: () => void): { cancel(): void } {
    const timer = { at: this.#mono + Math.max(0, ms), run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((t) => t !== timer);
      },
    };
  }

  /** Lets time pass and runs what falls due, in order; promises settle between timers. */
  async advance(ms: number): Promise<void> {
    const until = this.#mono + ms;
    for (;;) {
      await settle();
      const next = this.#timers.filter((t) => t.at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now += next.at - this.#mono;
      this.#mono = next.at;
      this.#timers = this.#timers.filter((t) => t !== next);
      next.run();
    }
    this.#now += until - this.#mono;
    this.#mono = until;
    await settle();
  }

  /** An operator sets the wall clock; monotonic time is not touched. */
  setWall(now: number): void {
    this.#now = now;
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((done) => setImmediate(done));
}
