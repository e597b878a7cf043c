import { expect, it } from 'vitest';
import { sharedTime } from '../../gateway/instance/sharedTime.ts';
import { ManualClock } from '../harness/clock.ts';

it('R10 steps that all hang keep to their time together, and none is left without a share', async () => {
  const clock = new ManualClock();
  const next = sharedTime(5_000, 5, clock);
  const bounds: number[] = [];
  for (let n = 0; n < 5; n++) {
    bounds.push(next());
    await clock.advance(bounds.at(-1) ?? 0);
  }
  expect(bounds).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
});

it('R10 time that a quick step leaves is for those after it', async () => {
  const clock = new ManualClock();
  const next = sharedTime(5_000, 5, clock);
  next();
  next();
  await clock.advance(100);
  expect(next()).toBe(2_900);
  await clock.advance(2_900);
  expect(next()).toBe(1_000);
});
