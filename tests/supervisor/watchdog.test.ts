import { expect, it } from 'vitest';
import { watch } from '../../gateway/supervisor/watchdog.ts';
import { ManualClock } from '../harness/clock.ts';

it('R11 calls a silent generation hung once, and leaves those that speak or still start', async () => {
  const clock = new ManualClock();
  const silent = { state: 'serving', missedBeats: 0 };
  const alive = { state: 'leaving', missedBeats: 0 };
  const starting = { state: 'starting', missedBeats: 0 };
  const hung: object[] = [];
  const end = watch(
    () => [silent, alive, starting],
    (g) => hung.push(g),
    { beatMs: 100, watchdogMs: 500 },
    clock,
  );
  for (let i = 0; i < 4; i++) {
    await clock.advance(100);
    alive.missedBeats = 0;
  }
  expect(hung).toEqual([]);
  for (let i = 0; i < 20; i++) {
    await clock.advance(100);
    alive.missedBeats = 0;
  }
  expect(hung).toEqual([silent]);
  end();
});
