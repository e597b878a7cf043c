import { expect, it } from 'vitest';
import { killLoop } from '../harness/killLoop.ts';
import { FLAWLESS } from '../harness/ledger.ts';

it('R05 R06 R22 R26 a seeded random loop of kills and restarts loses, repeats and reorders nothing', async () => {
  const { verdict, done } = await killLoop({ seed: 20_250_101, rounds: 12, web: 6, shell: 6 });
  expect(verdict, JSON.stringify(done)).toMatchObject(FLAWLESS);
  expect(verdict.sent).toBeGreaterThan(100);
}, 120_000);
