import { get as open } from 'node:http';
import type { Socket } from 'node:net';
import { ask, get, keepAlive, streamedReply } from '../tests/harness/ask.ts';
import type { Daemon } from '../tests/harness/daemonProcess.ts';
import { memoryOf, withDaemon } from './daemon.ts';
import { withModel } from './model.ts';
import { benchPage } from './page.ts';
import { at, table } from './table.ts';

const SAMPLES = 200;
const STREAMS = 500;
const PAGES = 500;

/** Milliseconds from the request to the first word of a streamed reply. */
async function firstWords(port: number, more: { session?: string } = {}): Promise<number[]> {
  const agent = keepAlive();
  const times: number[] = [];
  for (let i = 0; i < SAMPLES + 20; i++) {
    const start = performance.now();
    let first = 0;
    const piece = (text: string) => {
      if (first === 0 && text.includes('first')) first = performance.now() - start;
    };
    await ask(port, { text: `at once ${i}`, stream: true, agent, piece, ...more });
    if (i >= 20) times.push(first);
  }
  agent.destroy();
  return times;
}

/** Streams that are open at one time, each in a conversation of its own. */
async function manyStreams(daemon: Daemon, release: () => void) {
  const { port } = daemon;
  const agent = keepAlive(STREAMS + 10);
  const before = memoryOf(daemon.pids());
  let begun = 0;
  const start = performance.now();
  const all = Array.from({ length: STREAMS }, (_, i) => {
    let first = true;
    const piece = (text: string) => {
      if (first && text.includes('first')) {
        first = false;
        begun++;
      }
    };
    const of = { session: `stream-${i}`, stream: true, agent, piece, withinMs: 120_000 };
    return ask(port, { text: `held ${i}`, ...of });
  });
  await daemon.until('streams to all', () => begun === STREAMS, 60_000);
  const begunMs = performance.now() - start;
  const open = memoryOf(daemon.pids());
  const health: number[] = [];
  for (let i = 0; i < 50; i++) {
    const asked = performance.now();
    await get(port, '/healthz');
    health.push(performance.now() - asked);
  }
  const released = performance.now();
  release();
  const replies = (await Promise.all(all)).map((answer) => streamedReply(answer.body));
  const whole = replies.filter((text, i) => text === `first of held ${i} and the rest`).length;
  agent.destroy();
  return {
    begunMs,
    endedMs: performance.now() - released,
    perStream: ((open - before) * 1024) / STREAMS,
    health: at(health, 0.5),
    whole,
  };
}

/** Kilobytes of the gateway for each page that is open and has nothing to show. */
async function idlePages(daemon: Daemon): Promise<number> {
  await new Promise((done) => setTimeout(done, 2_000));
  const before = memoryOf(daemon.pids());
  const sockets: Socket[] = [];
  await Promise.all(
    Array.from(
      { length: PAGES },
      () =>
        new Promise<void>((done, fail) => {
          const host = { host: '127.0.0.1', port: daemon.port, agent: false as const };
          const request = open({ ...host, path: '/api/events' }, (response) => {
            sockets.push(response.socket);
            response.on('error', () => {});
            response.once('data', () => done());
          });
          request.once('error', fail);
        }),
    ),
  );
  await new Promise((done) => setTimeout(done, 1_000));
  const after = memoryOf(daemon.pids());
  for (const socket of sockets) socket.destroy();
  return ((after - before) * 1024) / PAGES;
}

/** What the web platform adds: to the first word, for each stream and page, and to the eye. */
export async function benchWeb(): Promise<void> {
  await withModel(async (model) => {
    const floor = await firstWords(model.port);
    const config = `agent: { default: model }
agents: { model: { type: chat, base_url: "http://127.0.0.1:${model.port}/v1", model: bench } }
`;
    await withDaemon(
      async (daemon) => {
        const once = await firstWords(daemon.port);
        const session = await firstWords(daemon.port, { session: 'first-words' });
        const page = await idlePages(daemon);
        const streams = await manyStreams(daemon, model.release);
        const added = (times: readonly number[]) =>
          `p50 ${(at(times, 0.5) - at(floor, 0.5)).toFixed(2)} ms  p99 ${(at(times, 0.99) - at(floor, 0.99)).toFixed(2)} ms`;
        table('web: streams and pages', [
          [
            'first word, the model alone',
            `p50 ${at(floor, 0.5).toFixed(2)} ms  p99 ${at(floor, 0.99).toFixed(2)} ms`,
            'floor',
          ],
          ['added to the first word, no session', added(once), 'one durable commit is in it'],
          ['added to the first word, in a session', added(session), 'with its history'],
          [
            `${STREAMS} streams at once: all begun after`,
            `${streams.begunMs.toFixed(0)} ms`,
            `${streams.whole} of ${STREAMS} whole in the end`,
          ],
          ['  all ended after the last word', `${streams.endedMs.toFixed(0)} ms`, ''],
          ['  memory per open stream (PSS)', `${streams.perStream.toFixed(0)} KB`, 'turn included'],
          ['  /healthz meanwhile', `p50 ${streams.health.toFixed(1)} ms`, ''],
          [`memory per idle page, ${PAGES} open (PSS)`, `${page.toFixed(1)} KB`, ''],
        ]);
        await benchPage(daemon.port);
      },
      { config },
    );
  });
}
