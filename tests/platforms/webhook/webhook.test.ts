import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError } from '../../../gateway/core/exit.ts';
import { webhookOptions } from '../../../gateway/platforms/webhook/options.ts';
import { sign } from '../../../gateway/platforms/webhook/signature.ts';
import { createWebhookPlatform } from '../../../gateway/platforms/webhook/webhook.ts';
import { ManualClock } from '../../harness/clock.ts';
import { FakeHost, outbound, silentLog } from '../fakeHost.ts';

const SECRET = 'a secret of a test, long enough';
const signal = new AbortController().signal;
const address = { platform: 'webhook', account: 'default', chat: 'c1' };

async function started(options: object = {}) {
  const clock = new ManualClock();
  const host = new FakeHost();
  const platform = createWebhookPlatform(webhookOptions.parse(options), {
    secret: SECRET,
    clock,
    log: silentLog,
  });
  await platform.start(host);
  onTestFinished(() => platform.close());
  const post = async (body: object | string, change: { at?: number; secret?: string } = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const at = change.at ?? Math.floor(clock.now() / 1000);
    const response = await platform.handle(
      new Request('http://gateway/webhooks/default', {
        method: 'POST',
        body: text,
        headers: {
          'sluice-timestamp': String(at),
          'sluice-signature': sign(change.secret ?? SECRET, at, text),
        },
      }),
    );
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { clock, host, platform, post };
}

/** A receiver of replies; `respond` decides what becomes of each. */
async function receiver(respond: (n: number) => number | 'cut') {
  const got: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      const status = respond(got.length);
      if (status === 'cut') request.socket.destroy();
      else response.writeHead(status, status === 429 ? { 'retry-after': '7' } : {}).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/replies`, got, server };
}

describe('a webhook', () => {
  it('R01 says 202 only after the message is committed, and 507 or 503 when it is not', async () => {
    const { host, post } = await started();
    expect(await post({ id: '1', chat: 'c1', text: 'hi' })).toMatchObject({
      status: 202,
      body: { id: 'm1' },
    });
    expect(host.texts).toEqual(['hi']);
    host.failing = 1;
    expect((await post({ id: '2', chat: 'c1', text: 'lost?' })).status).toBe(507);
    host.refusing = 'draining';
    expect((await post({ id: '2', chat: 'c1', text: 'lost?' })).status).toBe(503);
    host.refusing = 'full';
    expect((await post({ id: '2', chat: 'c1', text: 'lost?' })).status).toBe(429);
    expect(host.texts).toEqual(['hi']);
  });

  it('R02 takes the same id once and gives its reply to whoever asks again', async () => {
    const { host, post } = await started();
    await post({ id: '1', chat: 'c1', text: 'hi' });
    host.outcomes.set('m1', { text: 'hello' });
    expect(await post({ id: '1', chat: 'c1', text: 'hi' })).toEqual({
      status: 200,
      body: { id: 'm1', duplicate: true, state: 'done', outcome: 'answered', text: 'hello' },
    });
    expect(host.texts).toEqual(['hi']);
  });

  it('answers with the reply itself when asked to wait', async () => {
    const { host, post } = await started();
    host.outcomes.set('m1', { text: 'hello' });
    const { status, body } = await post({ id: '1', chat: 'c1', text: 'hi', wait: 10 });
    expect([status, body.text]).toEqual([200, 'hello']);
  });

  it('refuses what is not signed with its secret, and what was recorded and is played again', async () => {
    const { clock, host, post, platform } = await started();
    const now = Math.floor(clock.now() / 1000);
    expect(
      (await post({ id: '1', chat: 'c1', text: 'x' }, { secret: 'another secret' })).status,
    ).toBe(401);
    expect((await post({ id: '1', chat: 'c1', text: 'x' }, { at: now - 301 })).status).toBe(401);
    expect((await post({ id: '1', chat: 'c1', text: 'x' }, { at: now + 301 })).status).toBe(401);
    const bare = new Request('http://gateway/', { method: 'POST', body: '{}' });
    expect((await platform.handle(bare)).status).toBe(401);
    expect(host.texts).toEqual([]);
    expect((await post({ id: '1', chat: 'c1', text: 'x' }, { at: now - 299 })).status).toBe(202);
  });

  it('says which part of a body is wrong, and stops reading one that is too large', async () => {
    const { host, post } = await started({ max_body: 500 });
    expect((await post('not json')).body.error).toBe('the body is not JSON');
    expect((await post({ id: '1', text: 'x' })).body.error).toContain('chat');
    expect((await post({ id: '1', chat: 'c1' })).body.error).toContain('text or attachments');
    expect((await post({ id: '1', chat: 'c1', text: 'x'.repeat(600) })).status).toBe(413);
    expect(host.texts).toEqual([]);
  });

  it('R31 keeps senders apart and R20 hands albums on', async () => {
    const { host, post } = await started();
    const attachments = [{ kind: 'photo', url: 'https://example.org/a.jpg' }];
    await post({ id: '1', chat: 'c1', sender: { id: 'ann' }, text: 'x' });
    await post({ id: '2', chat: 'c1', sender: { id: 'bob' }, text: 'y', attachments, album: 'g' });
    const [ann, bob] = host.store.messages;
    expect([ann?.sender.id, bob?.sender.id]).toEqual(['ann', 'bob']);
    expect(ann?.sender.role).toBe('guest');
    expect(bob).toMatchObject({
      direct: true,
      album: 'g',
      attachments: [{ ref: 'https://example.org/a.jpg' }],
    });
  });

  it('does not start with a secret that is too short', () => {
    const make = () =>
      createWebhookPlatform(webhookOptions.parse({}), {
        secret: 'short',
        clock: new ManualClock(),
        log: silentLog,
      });
    expect(make).toThrow(ConfigError);
  });

  it('R05 posts a reply signed and with its key, and tells what it knows of the outcome', async () => {
    const outcomes = [200, 429, 503, 500, 'cut', 404, 302] as const;
    const { url, got, server } = await receiver((n) => outcomes[n - 1] ?? 200);
    const { platform } = await started({ reply_url: url });
    const row = outbound({ address, text: 'hello', context: { id: 'q1' } });
    expect(platform.sendClass(row)).toBe('blind');
    const results = [];
    for (const _ of outcomes) results.push(await platform.send(row, signal));
    expect(results.map((r) => (r.ok ? 'ok' : r.kind))).toEqual([
      'ok',
      'transient',
      'transient',
      'unknown',
      'unknown',
      'permanent',
      'permanent',
    ]);
    expect(results[1]).toMatchObject({ retryAfterMs: 7000 });
    const [first] = got;
    expect(first?.headers['idempotency-key']).toBe(row.id);
    const at = Number(first?.headers['sluice-timestamp']);
    expect(first?.headers['sluice-signature']).toBe(sign(SECRET, at, first?.body ?? ''));
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      id: row.id,
      chat: 'c1',
      text: 'hello',
      in_reply_to: 'q1',
    });
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    // The first may still find a connection that is just being closed.
    await platform.send(row, signal);
    expect(await platform.send(row, signal)).toMatchObject({ ok: false, kind: 'transient' });
  });

  it('R43 posts a reply for the chat alone to a receiver that does not know its thread', async () => {
    const { url, got } = await receiver((n) => [410, 200, 404, 503, 404, 404][n - 1] ?? 200);
    const { platform } = await started({ reply_url: url });
    const row = outbound({ address: { ...address, thread: 't1' }, text: 'hello' });
    expect((await platform.send(row, signal)).ok).toBe(true);
    expect(await platform.send(row, signal)).toMatchObject({ ok: false, kind: 'transient' });
    expect(await platform.send(row, signal)).toMatchObject({
      ok: false,
      kind: 'permanent',
      error: 'the receiver answered 404',
    });
    const posted = got.map(({ headers, body }) => ({
      key: headers['idempotency-key'],
      ...(JSON.parse(body) as { id: string; chat: string; thread?: string; text: string }),
    }));
    expect(posted[0]).toMatchObject({ key: row.id, thread: 't1', text: 'hello' });
    expect(posted[1]).toMatchObject({
      key: `${row.id}/chat`,
      id: row.id,
      chat: 'c1',
      text: '(The thread is gone, so this comes here.)\n\nhello',
    });
    expect(posted[1]).not.toHaveProperty('thread');
    expect(posted).toHaveLength(6);
    const { thread: _, ...chat } = row.address;
    await platform.send({ ...row, address: chat }, signal);
    expect(got).toHaveLength(7);
  });

  it('R05 may repeat a reply to a receiver that heeds the key', async () => {
    const { platform } = await started({
      reply_url: 'http://127.0.0.1:9/',
      reply_idempotent: true,
    });
    expect(platform.sendClass(outbound({ address }))).toBe('key-on-send');
  });

  it('R16 has no holder to quarrel about: instances take requests side by side', async () => {
    const { platform } = await started();
    expect(platform.takeOver).toBe('shared');
  });

  it('R24 lives while nobody calls, and serves on while it gives its input up', async () => {
    const { clock, platform, post } = await started();
    await clock.advance(3_600_000);
    expect(platform.liveness().state).toBe('live');
    await platform.stopReceiving();
    expect((await post({ id: '1', chat: 'c1', text: 'late' })).status).toBe(202);
  });
});
