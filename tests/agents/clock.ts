import type { Clock } from '../../gateway/core/clock.ts';

/** Real time, for tests whose other side is a real process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Real time in which waits of some seconds are short: for a process that ignores what it is told. */
export const hastyClock: Clock = {
  ...systemClock,
  after: (ms, run) => systemClock.after(ms >= 1_000 && ms <= 5_000 ? ms / 10 : ms, run),
};
