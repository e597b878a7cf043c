import type { Clock } from '../core/clock.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    // A longer delay than setTimeout's 2^31-1 ms would fire at once.
    const timer = setTimeout(run, Math.min(Math.max(0, ms), 2_147_483_647));
    return { cancel: () => clearTimeout(timer) };
  },
};
