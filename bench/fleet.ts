import { fork } from 'node:child_process';
import { once } from 'node:events';
import postgres from 'postgres';
import { startPostgres } from '../tests/harness/postgres.ts';
import type { Work } from './fleetWorker.ts';
import { at, spread, table } from './table.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const PROCESSES = 4;
const LANES = 50;
const TURNS = 5_000;
const RAW = 4_000;
/** As a server is shipped, but for the room that it shares: what the tests leave out is flushed here. */
const SETTINGS = ['fsync=on', 'shared_buffers=128MB'];
const WORKER = new URL('./fleetWorker.ts', import.meta.url);

/** Prints turns per second of four instances on one PostgreSQL, beside what the server can commit at all. */
export async function benchFleet(): Promise<void> {
  const server = await startPostgres(SETTINGS);
  const rounds: { one: number; sixteen: number; turns: number; settled: number }[] = [];
  try {
    for (let n = 0; n < ROUNDS; n++) {
      const one = await rawCommits(server.url, 1);
      const sixteen = await rawCommits(server.url, 16);
      const turns = await fleet(server.url, `a${n}`, false);
      const settled = await fleet(server.url, `b${n}`, true);
      rounds.push({ one, sixteen, turns, settled });
    }
  } finally {
    await server.end();
  }
  const lines: [string, string, string][] = [];
  const row = (what: string, of: (round: (typeof rounds)[number]) => number): number[] => {
    const values = rounds.map(of);
    lines.push([what, spread(values, (value) => value.toFixed(0)), '']);
    return values;
  };
  row('raw commits/s, one connection', (r) => r.one);
  row('raw commits/s, sixteen connections', (r) => r.sixteen);
  const compared = (values: number[]) => {
    const of = values.map((v, i) => v / (rounds[i]?.sixteen ?? 1));
    const line = lines.at(-1) as [string, string, string];
    line[2] = `${at(of, 0.5).toFixed(2)} x sixteen connections`;
  };
  compared(row('turns/s: accept and end', (r) => r.turns));
  compared(row('turns/s: and their sends settled', (r) => r.settled));
  const title = `fleet (PostgreSQL, ${PROCESSES} processes, ${LANES} ordered lanes each, ${ROUNDS} rounds)`;
  table(title, lines);
}

/** Durable commits of one row each, so many per second, over so many connections. */
async function rawCommits(url: string, connections: number): Promise<number> {
  const sql = postgres(url, { max: connections, onnotice: () => {}, fetch_types: false });
  try {
    await sql`CREATE TABLE IF NOT EXISTS raw (x bigint, y text)`;
    const text = 'a row of some hundred bytes '.repeat(4);
    const write = async (count: number) => {
      for (let i = 0; i < count; i++) await sql`INSERT INTO raw VALUES (${i}, ${text})`;
    };
    const all = async (count: number) => {
      await Promise.all(Array.from({ length: connections }, () => write(count / connections)));
    };
    await all(connections * 10);
    const start = performance.now();
    await all(RAW);
    return (RAW / (performance.now() - start)) * 1000;
  } finally {
    await sql.end();
  }
}

/** Turns per second of all processes together. */
async function fleet(url: string, name: string, settles: boolean): Promise<number> {
  const workers = Array.from({ length: PROCESSES }, (_, n) => {
    const work: Work = { url, name: `${name}-${n}`, lanes: LANES, turns: TURNS, settles };
    return fork(WORKER, [JSON.stringify(work)]);
  });
  const ended = workers.map((worker) => once(worker, 'exit'));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const done = workers.map((worker) => once(worker, 'message'));
  const start = performance.now();
  for (const worker of workers) worker.send('go');
  const failed = ended.map(async (end) => {
    const [code] = await end;
    if (code !== 0) throw new Error(`a process of the fleet ended with ${code}`);
    return new Promise<never>(() => {});
  });
  await Promise.race([Promise.all(done), ...failed]);
  const took = performance.now() - start;
  await Promise.all(ended);
  return ((TURNS * PROCESSES) / took) * 1000;
}
