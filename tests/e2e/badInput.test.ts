import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ask, keepAlive, post, replyOf } from '../harness/ask.ts';
import { spawnDaemon, startDaemon } from '../harness/daemon.ts';
import { FLAWLESS, Ledger } from '../harness/ledger.ts';
import { tempDir } from '../harness/temp.ts';

const CHAT = '/v1/chat/completions';

function chat(text: string): string {
  return JSON.stringify({ messages: [{ role: 'user', content: text }] });
}

it('answers each kind of malformed request with what is wrong, and goes on serving', async () => {
  const daemon = await startDaemon();
  const { port } = daemon;
  const refused = async (body: string | Buffer) => {
    const answer = await post(port, CHAT, body, { 'x-session-id': 'bad' });
    const { error } = JSON.parse(answer.body) as { error: { code: string; message: string } };
    expect(error.message.length).toBeGreaterThan(10);
    return [answer.status, error.code];
  };
  expect(await refused('')).toEqual([400, 'empty']);
  expect(await refused(chat(''))).toEqual([400, 'invalid_request']);
  expect(await refused(chat(' \n\t'))).toEqual([400, 'invalid_request']);
  expect(await refused('{"messages": [')).toEqual([400, 'malformed_json']);
  expect(await refused(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))).toEqual([
    400,
    'not_utf8',
  ]);
  expect(await refused(chat('a\0b'))).toEqual([400, 'invalid_request']);
  expect(await refused('{"messages":[{"role":"user","content":"\\ud800"}]}')).toEqual([
    400,
    'invalid_request',
  ]);
  expect((await daemon.client.sessions({})).filter((s) => s.address.chat === 'api:bad')).toEqual(
    [],
  );
  expect(replyOf(await ask(port, { text: '/say on', session: 'bad' }))).toBe('on');
});

it('carries control characters and emoji through unchanged', async () => {
  const daemon = await startDaemon();
  const text = 'tab\tbell\u0007escape\u001b[31m rtl\u202e zero\u200bwidth 👩‍👩‍👧 \u{10ffff}';
  const answer = await ask(daemon.port, { text: `/say ${text}`, session: 'odd' });
  expect(replyOf(answer)).toBe(text);
});

it('takes a message of nearly 1 MiB whole, and refuses one that is over the limit', async () => {
  const daemon = await startDaemon();
  const big = 'x'.repeat(2 ** 20 - 1_000);
  expect(replyOf(await ask(daemon.port, { text: `/say ${big}`, session: 'big' }))).toBe(big);
  const over = await post(daemon.port, CHAT, chat('x'.repeat(9 * 2 ** 20))).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  // The limit is told; a client that is still sending may see the connection end instead.
  if (over instanceof Error) expect(over.message).toMatch(/ECONNRESET|EPIPE|hang up/);
  else expect(over.status).toBe(413);
  expect(replyOf(await ask(daemon.port, { text: '/say on', session: 'big' }))).toBe('on');
});

it('R06 R28 answers a thousand quick messages, each once and in order', async () => {
  const daemon = await startDaemon();
  const ledger = new Ledger(daemon);
  onTestFinished(() => ledger.close());
  await Promise.all(Array.from({ length: 50 }, (_, i) => ledger.web(`quick-${i}`, 20)));
  expect(await ledger.judge()).toMatchObject({ sent: 1_000, ...FLAWLESS });
}, 60_000);

it('says so when one conversation has too many waiting, and keeps those it took', async () => {
  const daemon = await startDaemon({ config: 'queue:\n  limit: 5\n' });
  const { port } = daemon;
  const agent = keepAlive();
  onTestFinished(() => agent.destroy());
  const first = ask(port, { text: '/busy 2', session: 'full', agent });
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  const rest = await Promise.all(
    Array.from({ length: 12 }, (_, i) => ask(port, { text: `/say ${i}`, session: 'full', agent })),
  );
  const taken = rest.filter((answer) => answer.status === 200);
  const refused = rest.filter((answer) => answer.status === 429);
  expect(taken.length).toBe(5);
  expect(refused.length).toBe(7);
  expect(refused[0]?.headers['retry-after']).toBeDefined();
  expect((await first).status).toBe(200);
});

it('R02 takes a repeated id for the same message, and another text under it for a mistake', async () => {
  const daemon = await startDaemon();
  const send = (text: string) => ask(daemon.port, { text, session: 'twice', key: 'the-same' });
  const [first, second] = await Promise.all([send('one'), send('one')]);
  expect(second?.headers['x-sluice-message-id']).toBe(first?.headers['x-sluice-message-id']);
  expect(replyOf(second as never)).toContain('one');
  expect((await send('two')).status).toBe(422);
});

it('a second run on the same home is refused, told how to reach the first, which serves on', async () => {
  const first = await startDaemon();
  const second = spawnDaemon({ dir: tempDir(), home: first.home });
  expect(await second.exited).not.toBe(0);
  expect(second.log()).toMatch(/another gateway|already|in use/i);
  expect(second.log()).not.toMatch(/\n\s+at /);
  expect(replyOf(await ask(first.port, { text: '/say on' }))).toBe('on');
});

it('a port in use is named, with what to do', async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  const daemon = spawnDaemon({ env: { SLUICE_PORT: String(port) } });
  expect(await daemon.exited).not.toBe(0);
  expect(daemon.log()).toContain(String(port));
  expect(daemon.log()).not.toMatch(/\n\s+at /);
});

it('R12 a home that cannot be made is an error of configuration: 78, and why', async () => {
  const dir = tempDir();
  const home = join(dir, 'home');
  // A file where the home should be: no user, root included, can make a folder there.
  writeFileSync(home, '');
  const daemon = spawnDaemon({ dir, home });
  expect(await daemon.exited).toBe(78);
  expect(daemon.log()).toContain('--home');
});

/** A file system of its own, small enough to be filled; undefined where this user may not mount one. */
function smallDisk(options: string): string | undefined {
  const path = join(tempDir(), 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', path], { stdio: 'ignore' });
  });
  return path;
}

it('R01 a full disk: 507 and nothing is acknowledged; with room again it works', async (test) => {
  const disk = smallDisk('size=8m');
  if (disk === undefined) return test.skip('this user may not mount a tmpfs');
  const daemon = await startDaemon({ home: join(disk, 'home') });
  const send = (key: string) => ask(daemon.port, { text: `/say ${key}`, session: 'full', key });
  expect((await send('before')).status).toBe(200);
  const filler = join(disk, 'filler');
  await fill(filler);
  let tried = 0;
  const refused = await daemon.until('refuses for want of room', async () => {
    const key = `during-${++tried}`;
    const answer = await send(key);
    return answer.status === 507 ? { key, body: answer.body } : undefined;
  });
  expect(refused.body).toContain('disk');
  rmSync(filler);
  await daemon.until('takes messages again', async () => (await send('after')).status === 200);
  expect(replyOf(await send('before'))).toBe('before');
  const sessions = await daemon.client.sessions({});
  const session = sessions.find((s) => s.address.chat === 'api:full');
  const lines = await daemon.client.transcript(session?.id ?? '', { limit: 1_000 });
  const asked = lines.filter((line) => line.role === 'user').map((line) => line.text);
  expect(asked).toContain('/say after');
  expect(asked).not.toContain(`/say ${refused.key}`);
  expect(new Set(asked).size).toBe(asked.length);
});

/** Writes until nothing more fits. */
function fill(path: string): Promise<unknown> {
  const child = spawn('dd', ['if=/dev/zero', `of=${path}`, 'bs=4096'], { stdio: 'ignore' });
  return new Promise((done) => child.once('exit', done));
}
