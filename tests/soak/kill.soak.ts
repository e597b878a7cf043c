import { expect, it } from 'vitest';
import { killLoop } from '../harness/killLoop.ts';
import { FLAWLESS } from '../harness/ledger.ts';

// SOAK_ROUNDS, SOAK_SESSIONS and SOAK_SEED say how long, how wide and which run.
const rounds = Number(process.env.SOAK_ROUNDS ?? 500);
const sessions = Number(process.env.SOAK_SESSIONS ?? 200);
const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);

it(`R05 R06 R22 R26 ${rounds} kills and restarts under ${sessions} sessions, seed ${seed}`, async () => {
  const half = Math.ceil(sessions / 2);
  const { verdict } = await killLoop({ seed, rounds, web: half, shell: sessions - half });
  process.stdout.write(`seed ${seed}: ${JSON.stringify(verdict)}\n`);
  expect(verdict).toMatchObject(FLAWLESS);
});
