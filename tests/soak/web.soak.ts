import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { ask, get, streamedReply } from '../harness/ask.ts';
import { type Daemon, startDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';

const SOCKETS = Number(process.env.SOAK_SOCKETS ?? 10_000);
const READERS = Number(process.env.SOAK_READERS ?? 100);
/** What the configuration lets in when nobody says otherwise. */
const MAX_CONNECTIONS = 1024;

const descriptorsOf = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

/** Megabytes that a process has for itself. */
function megabytesOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1]) / 1024;
}

function open(port: number, bytes: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.on('connect', () => socket.write(bytes));
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function healthy(daemon: Daemon): Promise<void> {
  await daemon.until(
    'answers over HTTP again',
    () =>
      get(daemon.port, '/healthz')
        .then((answer) => answer.status === 200)
        .catch(() => false),
    60_000,
  );
}

it(`${SOCKETS} connections that never finish a request cost what ${MAX_CONNECTIONS} cost, and pass`, async () => {
  const daemon = await startDaemon();
  const pid = await daemon.generationPid();
  const before = megabytesOf(pid);
  let most = 0;
  let closed = 0;
  for (let i = 0; i < SOCKETS; i++) {
    // Half of them say nothing, half dribble a head.
    const bytes = i % 2 === 0 ? '' : 'GET / HTTP/1.1\r\nhost: localhost\r\nx-a: ';
    open(daemon.port, bytes)
      .on('close', () => closed++)
      .resume();
    if (i % 100 !== 0) continue;
    await new Promise((done) => setImmediate(done));
    most = Math.max(most, descriptorsOf(pid));
  }
  await eventually('the rest are closed', () => closed >= SOCKETS - MAX_CONNECTIONS, 60_000);
  most = Math.max(most, descriptorsOf(pid));
  // Whoever operates it still can: the control socket is another one.
  expect((await daemon.status()).state).toBe('running');
  await healthy(daemon);
  const after = megabytesOf(pid);
  process.stdout.write(
    `${SOCKETS} sockets: at most ${most} descriptors, ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB after\n`,
  );
  expect(most).toBeLessThan(MAX_CONNECTIONS + 100);
  expect(after - before).toBeLessThan(100);
  const answer = await ask(daemon.port, { text: '/say still here' });
  expect(answer.status).toBe(200);
});

it(`${READERS} readers that take nothing of a long reply hold none of it, and others get theirs`, async () => {
  const daemon = await startDaemon();
  const pid = await daemon.generationPid();
  const text = '/long 100000';
  // A first one, so that what a long reply costs by itself is there already.
  await ask(daemon.port, { text, stream: true, session: 'first', withinMs: 120_000 });
  const before = megabytesOf(pid);
  const body = JSON.stringify({ stream: true, messages: [{ role: 'user', content: text }] });
  const head = (n: number) =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-session-id: reader\r\nidempotency-key: one\r\nx-n: ${n}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  for (let n = 0; n < READERS; n++) open(daemon.port, head(n)).pause();
  await daemon.untilStatus('has answered', (s) => s.activeTurns === 0 && s.queued === 0, 120_000);
  const answer = await ask(daemon.port, {
    text,
    stream: true,
    session: 'another',
    withinMs: 120_000,
  });
  expect(streamedReply(answer.body)).toMatch(/ word100000$/);
  const after = megabytesOf(pid);
  process.stdout.write(
    `${READERS} readers of ${(answer.body.length / 2 ** 20).toFixed(0)} MB: ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB after\n`,
  );
  // What a long reply costs once, and what the collector has not looked at yet; not a hundred times 13 MB.
  expect(after - before).toBeLessThan(300);
});
