import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, keepAlive } from '../tests/harness/ask.ts';
import type { Daemon } from '../tests/harness/daemonProcess.ts';
import { memoryOf, withDaemon } from './daemon.ts';
import { rawCommits } from './rawCommits.ts';
import { at, table } from './table.ts';

const SAMPLES = 500;
const LANES = 50;
const TURNS = 5_000;
const SOAK_TURNS = Number(process.env.BENCH_TURNS ?? 20_000);

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
    await ask(port, { text: `/say ${i}`, session: 'one', agent });
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
): Promise<number> {
  const agent = keepAlive();
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: LANES }, async (_, worker) => {
      for (let i = next++; i < turns; i = next++) {
        // With as many lanes as workers each keeps its own; 7919 is prime, so many lanes come in no order.
        const lane = lanes === LANES ? worker : (i * 7919) % lanes;
        const answer = await ask(port, { text: `/say ${i}`, session: `${name}-${lane}`, agent });
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

/** The running gateway over HTTP, each figure beside its floor in the same run. */
export async function benchGateway(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const raw = rawCommits(folder, SAMPLES);
  rmSync(folder, { recursive: true, force: true });
  const commit = at(raw, 0.5);
  const echo = await withEcho(async (port) => ({
    times: await oneLane(port),
    rate: await perSecond(port, TURNS, LANES, 'echo'),
  }));
  // The first start on a machine compiles everything; every later one finds it compiled.
  const home = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const cold = await withDaemon(
    async (daemon, readyMs) => {
      const memory = await idleMemory(daemon);
      await daemon.stop();
      return { readyMs, memory };
    },
    { folder: home },
  );
  await withDaemon(
    async (daemon, readyMs) => {
      const idle = await idleMemory(daemon);
      const times = await oneLane(daemon.port);
      await perSecond(daemon.port, 1_000, LANES, 'warm');
      const rate = await perSecond(daemon.port, TURNS, LANES, 'lane');
      const few = 1000 / (await perSecond(daemon.port, TURNS, 10, 'few'));
      await perSecond(daemon.port, 10_000, 10_000, 'many');
      const many = 1000 / (await perSecond(daemon.port, TURNS, 10_000, 'many'));
      const before = memoryOf(daemon.pids());
      await perSecond(daemon.port, SOAK_TURNS, LANES, 'soak');
      const after = memoryOf(daemon.pids());
      const p50 = at(times, 0.5) - at(echo.times, 0.5);
      const p99 = at(times, 0.99) - at(echo.times, 0.99);
      table('gateway over HTTP (demo agent, zero work)', [
        [
          'start to ready',
          `${readyMs.toFixed(0)} ms`,
          `the very first: ${cold.readyMs.toFixed(0)} ms`,
        ],
        [
          `idle memory, all ${daemon.pids().length} processes (PSS)`,
          `${idle.toFixed(0)} MB`,
          `after the very first start: ${cold.memory.toFixed(0)} MB`,
        ],
        [
          'raw durable commit, one row',
          `p50 ${commit.toFixed(3)} ms  p99 ${at(raw, 0.99).toFixed(3)} ms`,
          'floor',
        ],
        [
          'bare HTTP echo, one lane',
          `p50 ${at(echo.times, 0.5).toFixed(3)} ms  p99 ${at(echo.times, 0.99).toFixed(3)} ms`,
          'floor',
        ],
        [
          'time added per turn, one lane',
          `p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`,
          `2 commits + 2 ms = ${(2 * commit + 2).toFixed(2)} ms`,
        ],
        ['bare HTTP echo, 50 at once', `${echo.rate.toFixed(0)}/s`, 'floor'],
        [
          `turns per second, ${LANES} lanes`,
          `${rate.toFixed(0)}/s`,
          `${((rate * commit) / 1000).toFixed(2)} turns per raw commit`,
        ],
        ['ms per turn over 10 lanes', few.toFixed(3), ''],
        ['ms per turn over 10,000 lanes', many.toFixed(3), `${(many / few).toFixed(2)} x`],
        [`memory before ${SOAK_TURNS} turns (PSS)`, `${before.toFixed(0)} MB`, ''],
        ['memory after them', `${after.toFixed(0)} MB`, `${(after / before).toFixed(2)} x`],
      ]);
    },
    { folder: home },
  );
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
