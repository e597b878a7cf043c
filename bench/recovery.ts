import type { Daemon } from '../tests/harness/daemonProcess.ts';
import { eventually } from '../tests/harness/eventually.ts';
import { Ledger } from '../tests/harness/ledger.ts';
import { withDaemon } from './daemon.ts';
import { at } from './table.ts';

const KILLS = Number(process.env.BENCH_KILLS ?? 5);
const QUEUED = 'display: { busy_input_mode: queue }\n';
const WORK_MS = 1_000;

/** Undefined where the machine was too slow to have all three there before the first had ended. */
async function kill(daemon: Daemon): Promise<{ first: number; all: number } | undefined> {
  // A gateway that has run for a while: what it has compiled is kept.
  await daemon.client.restart({ by: 'bench' });
  await daemon.untilStatus('is warm', (s) => s.generation === 2 && s.others.length === 0);
  const ledger = new Ledger(daemon);
  const all = ledger.terminal('chat', [`/busy ${WORK_MS / 1_000}`, '/say', '/say']);
  const ready = await daemon.untilStatus(
    'works',
    (s) => ledger.answered > 0 || (s.activeTurns === 1 && s.queued === 2),
  );
  if (ready.queued < 2) return undefined;
  await daemon.killGeneration();
  const start = performance.now();
  await eventually('the first reply', () => ledger.answered > 0, 60_000);
  const first = performance.now() - start;
  await all;
  return { first, all: performance.now() - start };
}

/** kill -9 of the only generation with one turn in flight and two messages behind it: when the replies come. */
export async function recoveryRows(): Promise<[string, string, string][]> {
  const times: { first: number; all: number }[] = [];
  for (let n = 0; n < 3 * KILLS && times.length < KILLS; n++) {
    const time = await withDaemon(kill, { config: QUEUED });
    if (time !== undefined) times.push(time);
  }
  const row = (what: string, ms: number[]): [string, string, string] => [
    what,
    `p50 ${at(ms, 0.5).toFixed(0)}  most ${at(ms, 1).toFixed(0)} ms`,
    `of it the turn’s own work: at most ${WORK_MS} ms`,
  ];
  return [
    ['kill -9, one turn in flight, two waiting', '', `${times.length} times`],
    row(
      '  first reply after the kill',
      times.map((t) => t.first),
    ),
    row(
      '  all three replies',
      times.map((t) => t.all),
    ),
  ];
}
