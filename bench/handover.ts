import { Daemon } from '../tests/harness/daemonProcess.ts';
import { withDaemon } from './daemon.ts';
import { HandoverLoad } from './handoverLoad.ts';
import { recoveryRows } from './recovery.ts';
import { at, table } from './table.ts';

const RESTARTS = Number(process.env.BENCH_RESTARTS ?? 20);
/** A request is in the move if it was under way within so long of the moment in which the next one served. */
const AROUND_MS = 300;
const WARM = 200;

interface Run {
  readonly load: HandoverLoad;
  /** How long each restart took until the next one was ready, and when that was. */
  readonly took: readonly number[];
  readonly moves: readonly number[];
}

async function handovers(daemon: Daemon): Promise<Run> {
  const load = new HandoverLoad(daemon.port);
  await daemon.untilStatus('is loaded', () => load.asked.length > WARM);
  const took: number[] = [];
  const moves: number[] = [];
  for (let n = 0; n < RESTARTS; n++) {
    const { instance } = await daemon.status();
    const start = performance.now();
    await daemon.client.restart({ by: 'bench' });
    await daemon.untilStatus('serves anew', (s) => s.instance !== instance && s.ready, 60_000);
    moves.push(performance.now());
    took.push(performance.now() - start);
    // The next one begins in a gateway at rest, as in life; else it is measured beside a start.
    const enough = load.asked.length + WARM / 4;
    await daemon.untilStatus('has settled', () => load.asked.length > enough);
  }
  await load.stop();
  return { load, took, moves };
}

async function stopAndStart(daemon: Daemon): Promise<Run> {
  const load = new HandoverLoad(daemon.port);
  await daemon.untilStatus('is loaded', () => load.asked.length > WARM);
  const start = performance.now();
  await daemon.stop();
  const next = new Daemon({
    dir: daemon.dir,
    env: { SLUICE_PORT: String(daemon.port), SLUICE_LOG_LEVEL: 'warn' },
  });
  try {
    await next.ready(60_000);
    const ready = performance.now();
    const enough = load.asked.length + WARM;
    await next.untilStatus('is loaded', () => load.asked.length > enough);
    await load.stop();
    return { load, took: [ready - start], moves: [ready] };
  } finally {
    await next.endAll();
  }
}

/** Hand-overs under load, beside a plain stop and start of the same gateway under the same load. */
export async function benchHandover(): Promise<void> {
  const ours = await withDaemon(handovers);
  const plain = await withDaemon(stopAndStart);
  table('restart under load (at most 200 requests/s, half on new connections, none tried again)', [
    ...rows('hand-over', ours),
    ...rows('plain stop and start', plain),
    ...(await recoveryRows()),
  ]);
}

function rows(name: string, { load, took, moves }: Run): [string, string, string][] {
  const near = ({ at: begun, took: ms }: HandoverLoad['asked'][number]) =>
    moves.some((move) => begun < move + AROUND_MS && begun + ms > move - AROUND_MS);
  const inMove = load.asked.filter(near).map((a) => a.took);
  const others = load.asked.filter((a) => !near(a)).map((a) => a.took);
  const added = (q: number) => `${Math.max(0, at(inMove, q) - at(others, q)).toFixed(0)} ms`;
  return [
    [name, `p50 ${at(took, 0.5).toFixed(0)} ms to the next one ready`, `${took.length} times`],
    ['  requests', String(load.asked.length), `failed: ${failures(load.failed)}`],
    ['  longest time without an answer', `${load.gap.toFixed(0)} ms`, ''],
    [
      '  longest wait of a new connection',
      `${load.unowned.toFixed(0)} ms`,
      'nobody owns the listener for less',
    ],
    ['  a request in the move', figures(inMove), `${inMove.length} requests`],
    ['  any other request', figures(others), ''],
    [
      '  added by the move',
      `p99 ${added(0.99)}  most ${added(1)}`,
      'beyond the same of the others',
    ],
  ];
}

function figures(times: readonly number[]): string {
  const [p50, p99, most] = [0.5, 0.99, 1].map((q) => at(times, q).toFixed(0));
  return `p50 ${p50}  p99 ${p99}  most ${most} ms`;
}

function failures(failed: ReadonlyMap<string, number>): string {
  if (failed.size === 0) return '0';
  return [...failed].map(([why, n]) => `${n} ${why}`).join(', ');
}
