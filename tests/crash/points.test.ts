import { expect, it } from 'vitest';
import { CRASH_POINTS } from '../../gateway/core/crashPoint.ts';
import {
  crashOneAfterAnother,
  LEAVING,
  restartAndCrash,
  STARTING,
  UNDER_LOAD,
} from '../harness/crashes.ts';
import { FLAWLESS } from '../harness/ledger.ts';
import { seeded } from '../harness/random.ts';

// Every point once, at a passing that the seed draws. Every passing of every point, and every victim:
// tests/soak/points.soak.ts.
const random = seeded(20_251_125);
const drawn = (point: string) => `${point}:${Math.floor(random() * 3) + 1}`;

/** Each chain is one gateway whose generations die one after the other; recoveries among them. */
const CHAINS = [
  [drawn('message-arrived'), 'instance-joined', drawn('turn-started'), drawn('before-send')],
  [drawn('turn-ended'), 'work-adopted', drawn('turn-run'), drawn('after-send')],
  [drawn('message-committed'), 'serving', drawn('send-recorded'), 'input-open'],
];

it('R01 R05 R06 R26 killed at any point, by itself or while it recovers, loses, repeats and reorders nothing', async () => {
  const verdicts = await Promise.all(CHAINS.map(crashOneAfterAnother));
  for (const verdict of verdicts) expect(verdict).toMatchObject(FLAWLESS);
}, 120_000);

it('R08 a successor killed at any point costs no message, and its restart has an end state', async () => {
  const { verdict, orders } = await restartAndCrash(
    STARTING.map((point, i) => `${point}@${i + 2}`).join(','),
    [2, 3, 4, 5].map((n) => new RegExp(`generation ${n} \\(\\w+\\): was killed by SIGKILL`)),
  );
  expect(verdict).toMatchObject(FLAWLESS);
  expect(orders).toEqual(['refused', 'refused', 'refused', 'done']);
}, 60_000);

it('R26 R27 a predecessor killed at any point leaves its turns to its successor', async () => {
  const { verdict, orders } = await restartAndCrash(
    LEAVING.map((point, i) => `${point}@${i + 1}`).join(','),
    LEAVING.map((_, i) => new RegExp(`generation ${i + 1} \\(leaving\\): was killed by SIGKILL`)),
  );
  expect(verdict).toMatchObject(FLAWLESS);
  expect(orders).toEqual(LEAVING.map(() => 'done'));
}, 60_000);

it('knows every crash point', () => {
  expect([...UNDER_LOAD, ...STARTING, ...LEAVING].sort()).toEqual([...CRASH_POINTS].sort());
});
