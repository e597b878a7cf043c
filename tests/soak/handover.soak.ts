import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../harness/daemon.ts';
import { FLAWLESS } from '../harness/ledger.ts';
import { SteadyLoad } from '../harness/load.ts';

// SOAK_HANDOVERS says how many.
const HANDOVERS = Number(process.env.SOAK_HANDOVERS ?? 1_000);
/** Generations are young; what could grow is the supervisor. Its heap settles in the first two hundred; a leak goes on. */
const SLACK_MB = 16;

interface Level {
  readonly rssMb: number;
  readonly descriptors: number;
  readonly processes: number;
}

/** What the supervisor holds, once nothing of the last hand-over is left. */
async function level(daemon: Daemon): Promise<Level> {
  await daemon.untilStatus('is alone', (s) => s.ready && s.others.length === 0);
  await daemon.until('has one generation', () => daemon.pids().length === 2);
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1];
  return {
    rssMb: Number(kb) / 1024,
    descriptors: readdirSync(`/proc/${daemon.pid}/fd`).length,
    processes: daemon.pids().length,
  };
}

it(`${HANDOVERS} hand-overs under load leave no process, socket, file or memory behind, and cost no message`, async () => {
  const daemon = await startDaemon({ env: { SLUICE_BUSY_INPUT_MODE: 'queue' } });
  const load = new SteadyLoad(daemon, 2, 2, { patienceMs: 90_000 });
  let early: Level | undefined;
  for (let n = 1; n <= HANDOVERS; n++) {
    await load.more(1, 60_000);
    const { instance } = await daemon.status();
    await daemon.client.restart({ by: 'test' });
    await daemon.untilStatus('serves anew', (s) => s.instance !== instance && s.ready, 60_000);
    if (n === Math.ceil(HANDOVERS / 10)) early = await level(daemon);
  }
  const verdict = await load.verdict();
  const late = await level(daemon);
  process.stdout.write(`${HANDOVERS} hand-overs: ${JSON.stringify({ early, late, verdict })}\n`);
  expect(verdict).toMatchObject(FLAWLESS);
  expect(load.ledger.refused).toBe(0);
  expect(late.descriptors).toBeLessThanOrEqual(early?.descriptors ?? 0);
  expect(late.rssMb).toBeLessThan((early?.rssMb ?? 0) + SLACK_MB);
});
