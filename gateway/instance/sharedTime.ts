import type { Clock } from '../core/clock.ts';

/**
 * Divides a time among steps that come one after the other, so that all of them together keep to it even
 * if each hangs. Each call is the next step's bound in milliseconds: the time left, minus one equal
 * share for every later step.
 */
export function sharedTime(total: number, steps: number, clock: Clock): () => number {
  const share = total / steps;
  const end = clock.monotonic() + total;
  let later = steps;
  return () => {
    later = Math.max(0, later - 1);
    return Math.max(share, end - clock.monotonic() - later * share);
  };
}
