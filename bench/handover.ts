import { ask, keepAlive } from '../tests/harness/ask.ts';
import { Daemon } from '../tests/harness/daemonProcess.ts';
import { withDaemon } from './daemon.ts';
import { at, table } from './table.ts';

const RESTARTS = Number(process.env.BENCH_RESTARTS ?? 20);
const CLIENTS = 20;

interface Load {
  requests: number;
  failed: Map<string, number>;
  times: number[];
  /** Longest time without any answer. */
  gap: number;
  stop(): Promise<void>;
}

/** Clients that ask at a steady pace, half of them on new connections, and never try again. */
function load(port: number): Load {
  const agent = keepAlive();
  let on = true;
  let last = performance.now();
  const result: Load = {
    requests: 0,
    failed: new Map(),
    times: [],
    gap: 0,
    stop: async () => {
      on = false;
      await all;
      agent.destroy();
    },
  };
  const fail = (why: string) => result.failed.set(why, (result.failed.get(why) ?? 0) + 1);
  const all = Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      const kept = client % 2 === 0 ? { agent } : {};
      while (on) {
        const start = performance.now();
        result.requests++;
        try {
          const answer = await ask(port, { text: '/say on', session: `c${client}`, ...kept });
          if (answer.status !== 200) fail(String(answer.status));
          const now = performance.now();
          result.gap = Math.max(result.gap, now - last);
          last = now;
          result.times.push(now - start);
        } catch (error) {
          fail((error as NodeJS.ErrnoException).code ?? (error as Error).message);
        }
        // 20 clients every 100 ms: at most 200 requests a second.
        await new Promise((done) =>
          setTimeout(done, Math.max(0, 100 - (performance.now() - start))),
        );
      }
    }),
  );
  return result;
}

async function restarts(daemon: Daemon): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < RESTARTS; n++) {
    const { instance } = await daemon.status();
    const start = performance.now();
    await daemon.client.restart({ by: 'bench' });
    await daemon.untilStatus('serves anew', (s) => s.instance !== instance && s.ready, 60_000);
    took.push(performance.now() - start);
  }
  return took;
}

/** Hand-overs under load, beside a plain stop and start of the same gateway under the same load. */
export async function benchHandover(): Promise<void> {
  const ours = await withDaemon(async (daemon) => {
    const running = load(daemon.port);
    await daemon.untilStatus('is loaded', () => running.requests > 200);
    const took = await restarts(daemon);
    await running.stop();
    return { took, running };
  });
  const plain = await withDaemon(async (daemon) => {
    const { port, dir } = daemon;
    const running = load(port);
    await daemon.untilStatus('is loaded', () => running.requests > 200);
    const start = performance.now();
    await daemon.stop();
    const next = new Daemon({
      dir,
      env: { SLUICE_PORT: String(port), SLUICE_LOG_LEVEL: 'warn' },
    });
    try {
      await next.ready(60_000);
      const took = performance.now() - start;
      const enough = running.requests + 200;
      await next.untilStatus('is loaded', () => running.requests > enough);
      await running.stop();
      return { took: [took], running };
    } finally {
      await next.endAll();
    }
  });
  const rows = (name: string, { took, running }: typeof ours): [string, string, string][] => [
    [name, `p50 ${at(took, 0.5).toFixed(0)} ms to the next one ready`, `${took.length} times`],
    ['  requests', String(running.requests), 'at most 200/s'],
    ['  failed requests', failures(running.failed), ''],
    ['  longest time without an answer', `${running.gap.toFixed(0)} ms`, ''],
    [
      '  time of a request',
      `p50 ${at(running.times, 0.5).toFixed(1)}  p99 ${at(running.times, 0.99).toFixed(1)} ms`,
      `most ${at(running.times, 1).toFixed(0)} ms`,
    ],
  ];
  table('restart under load', [...rows('hand-over', ours), ...rows('plain stop and start', plain)]);
}

function failures(failed: ReadonlyMap<string, number>): string {
  if (failed.size === 0) return '0';
  return [...failed].map(([why, n]) => `${n} ${why}`).join(', ');
}
