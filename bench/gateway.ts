import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, keepAlive } from '../tests/harness/ask.ts';
import type { Daemon } from '../tests/harness/daemonProcess.ts';
import { memoryOf, withDaemon } from './daemon.ts';
import { messageOf, textOf } from './lengths.ts';
import { rawCommits } from './rawCommits.ts';
import { at, spread, table } from './table.ts';

const SAMPLES = 300;
const LANES = 50;
const TURNS = 3_000;
const ROUNDS = 5;
const LONG_TURNS = Number(process.env.BENCH_TURNS ?? 6_000);
const LONG = textOf(2_000);
/** How long after the load its memory is looked at again, in seconds. */
const AFTER = Number(process.env.BENCH_AFTER ?? 120);

/** A bare HTTP server in a process of its own that echoes; the floor of whatever answers over HTTP. */
async function withEcho<T>(run: (port: number) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', ECHO], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const port = await new Promise<number>((done, fail) => {
      child.stdout.once('data', (data: Buffer) => done(Number(data.toString())));
      child.once('exit', () => fail(new Error('the echo server ended')));
    });
    return await run(port);
  } finally {
    child.kill('SIGKILL');
  }
}

const ECHO = `
import { createServer } from 'node:http';
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (data) => { body += data; });
  request.on('end', () => {
    const text = JSON.parse(body).messages[0].content;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: text } }] }));
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

async function oneLane(port: number): Promise<number[]> {
  const agent = keepAlive();
  const times: number[] = [];
  for (let i = 0; i < SAMPLES + 50; i++) {
    const start = performance.now();
    await ask(port, { text: `/say ${messageOf(i)}`, session: 'one', agent });
    if (i >= 50) times.push(performance.now() - start);
  }
  agent.destroy();
  return times;
}

/** Turns per second: `at once` requests in flight, spread over `lanes` sessions. */
async function perSecond(
  port: number,
  turns: number,
  lanes: number,
  name: string,
  text = messageOf,
): Promise<number> {
  const agent = keepAlive();
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: LANES }, async (_, worker) => {
      for (let i = next++; i < turns; i = next++) {
        // With as many lanes as workers each keeps its own; 7919 is prime, so many lanes come in no order.
        const lane = lanes === LANES ? worker : (i * 7919) % lanes;
        const answer = await ask(port, {
          text: `/say ${text(i)}`,
          session: `${name}-${lane}`,
          agent,
        });
        if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
      }
    }),
  );
  agent.destroy();
  return (turns / (performance.now() - start)) * 1000;
}

async function idleMemory(daemon: Daemon): Promise<number> {
  await new Promise((done) => setTimeout(done, 3_000));
  return memoryOf(daemon.pids());
}

/** One round: what the disk and bare HTTP cost now, and what a turn costs beside them. Times in ms. */
interface Round {
  readonly commit: number;
  readonly echo: number;
  readonly echoRate: number;
  readonly added: number;
  readonly rate: number;
}

async function round(port: number, echo: number, nth: number): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const commit = at(rawCommits(folder, SAMPLES), 0.5);
  rmSync(folder, { recursive: true, force: true });
  const floor = at(await oneLane(echo), 0.5);
  const echoRate = await perSecond(echo, TURNS, LANES, 'echo');
  const added = at(await oneLane(port), 0.5) - floor;
  const rate = await perSecond(port, TURNS, LANES, `round-${nth}`);
  return { commit, echo: floor, echoRate, added, rate };
}

/** Runs, and tells the most memory that the daemon's processes had meanwhile, looked at twice a second. */
async function peakMemory(daemon: Daemon, run: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, memoryOf(daemon.pids()));
  };
  const timer = setInterval(look, 500);
  try {
    await run();
    look();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

/** The running gateway over HTTP, each figure beside its floor in the same round. */
export async function benchGateway(): Promise<void> {
  await withDaemon(async (daemon) => {
    const idle = await idleMemory(daemon);
    await perSecond(daemon.port, 1_000, LANES, 'warm');
    const rounds: Round[] = [];
    await withEcho(async (echo) => {
      for (let nth = 0; nth < ROUNDS; nth++) rounds.push(await round(daemon.port, echo, nth));
    });
    const few = 1000 / (await perSecond(daemon.port, TURNS, 10, 'few'));
    await perSecond(daemon.port, 10_000, 10_000, 'many');
    const many = 1000 / (await perSecond(daemon.port, TURNS, 10_000, 'many'));
    let longRate = 0;
    const peak = await peakMemory(daemon, async () => {
      longRate = await perSecond(daemon.port, LONG_TURNS, LANES, 'long', () => LONG);
    });
    await new Promise((done) => setTimeout(done, AFTER * 1000));
    const later = memoryOf(daemon.pids());
    const of = (pick: (each: Round) => number) => rounds.map(pick);
    const ms = (value: number) => value.toFixed(2);
    const whole = (value: number) => value.toFixed(0);
    table(`gateway over HTTP (demo agent, zero work; median and spread of ${ROUNDS} rounds)`, [
      [
        'raw durable commit, one row',
        `${spread(
          of((r) => r.commit),
          ms,
        )} ms`,
        'floor',
      ],
      [
        'bare HTTP echo, one lane',
        `${spread(
          of((r) => r.echo),
          ms,
        )} ms`,
        'floor',
      ],
      [
        'bare HTTP echo, 50 at once',
        `${spread(
          of((r) => r.echoRate),
          whole,
        )}/s`,
        'floor',
      ],
      [
        'time added per turn, one lane',
        `${spread(
          of((r) => r.added),
          ms,
        )} ms`,
        `2 commits + 2 ms = ${spread(
          of((r) => 2 * r.commit + 2),
          ms,
        )} ms`,
      ],
      [
        `turns per second, ${LANES} lanes`,
        `${spread(
          of((r) => r.rate),
          whole,
        )}/s`,
        `${spread(
          of((r) => (r.rate * r.commit) / 1000),
          ms,
        )} of raw commits`,
      ],
      ['ms per turn over 10 lanes', few.toFixed(3), ''],
      ['ms per turn over 10,000 lanes', many.toFixed(3), `${(many / few).toFixed(2)} x`],
      [`${LONG_TURNS} turns of ${LONG.length} characters`, `${whole(longRate)}/s`, ''],
      [`memory, all ${daemon.pids().length} processes (PSS): idle`, `${whole(idle)} MB`, ''],
      ['  the most at full load', `${whole(peak)} MB`, ''],
      [`  ${AFTER} s after`, `${whole(later)} MB`, ''],
    ]);
  });
}
