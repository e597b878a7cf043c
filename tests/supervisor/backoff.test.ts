import { expect, it } from 'vitest';
import { Backoff } from '../../gateway/supervisor/backoff.ts';

const OPTIONS = { firstMs: 100, maxMs: 300, loopAfter: 6, windowMs: 10_000, loopMs: 5_000 };

it('starts the next at once after one failure, then waits longer, up to a bound', () => {
  const backoff = new Backoff(OPTIONS);
  expect([1, 2, 3, 4, 5].map((now) => backoff.failed(now).ms)).toEqual([0, 100, 200, 300, 300]);
});

it('calls it a loop after so many failures, and goes on trying at the long interval', () => {
  const backoff = new Backoff(OPTIONS);
  const waits = Array.from({ length: 50 }, (_, now) => backoff.failed(now));
  expect(waits.slice(5).every((wait) => wait.looping && wait.ms === 5_000)).toBe(true);
});

it('forgets failures that are long past', () => {
  const backoff = new Backoff(OPTIONS);
  for (let now = 0; now < 8; now++) backoff.failed(now);
  expect(backoff.failed(20_000)).toEqual({ ms: 0, looping: false, failures: 1 });
});

it('tries a hopeless one at the long interval only', () => {
  expect(new Backoff(OPTIONS).failed(0, true)).toEqual({ ms: 5_000, looping: true, failures: 1 });
});
