import { describe, expect, it } from 'vitest';
import { eventually } from '../../harness/eventually.ts';
import { serve } from './serve.ts';
import { Follower } from './sse.ts';

let n = 0;
async function send(base: string, text: string, chat = 'c-test', clientId = `client-${++n}-id`) {
  const response = await fetch(`${base}/api/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, chat, text }),
  });
  return {
    status: response.status,
    body: (await response.json()) as { id: string; duplicate: boolean; lane: string },
  };
}

const textOf = (follower: Follower) =>
  follower
    .of('text')
    .map((e) => e.data.delta)
    .join('');

describe('the event stream of the page', () => {
  it('tells a message from its acceptance to its end', async () => {
    const { base } = await serve();
    const page = new Follower(`${base}/api/events`);
    await eventually('hello', () => page.of('hello').length === 1);
    const { body } = await send(base, 'ping');
    await eventually('settled', () => page.of('settled').length === 1);
    expect(page.events.map((e) => e.type).filter((t) => t !== 'status')).toEqual([
      'hello',
      'accepted',
      'started',
      'text',
      'ended',
      'settled',
    ]);
    expect(page.of('settled')[0]?.data).toMatchObject({ message: body.id, outcome: 'answered' });
    expect(textOf(page)).toBe('You said: ping');
  });

  it('goes on after the last event that was seen, without a gap or a repeat', async () => {
    const { host, base } = await serve();
    const first = new Follower(`${base}/api/events`);
    await eventually('hello', () => first.of('hello').length === 1);
    await send(base, 'one');
    await eventually('one is done', () => first.of('settled').length === 1);
    first.close();
    const last = first.events.at(-1)?.id as string;
    await send(base, 'two');
    await eventually('two is done', () => host.messages[1]?.state === 'done');
    const second = new Follower(`${base}/api/events`, last);
    await eventually('the rest came', () => second.of('settled').length === 1);
    expect(second.events.map((e) => e.type)).toEqual([
      'hello',
      'accepted',
      'started',
      'text',
      'ended',
      'settled',
    ]);
    expect(second.of('accepted')[0]?.data).toMatchObject({ text: 'two' });
  });

  it('says resync to an id of another process, and to one that is too old', async () => {
    const { host, base } = await serve();
    const foreign = new Follower(`${base}/api/events`, 'abcdef.7');
    await eventually('resync', () => foreign.of('resync').length === 1);
    const page = new Follower(`${base}/api/events`);
    await eventually('hello', () => page.of('hello').length === 1);
    const start = page.of('hello')[0]?.id as string;
    page.close();
    for (let i = 0; i < 6000; i++) host.emit({ type: 'status' });
    const late = new Follower(`${base}/api/events`, start);
    await eventually('resync', () => late.of('resync').length === 1);
  });

  it('sends a page away when the process stops receiving', async () => {
    const { host, base } = await serve();
    const page = new Follower(`${base}/api/events`);
    await eventually('hello', () => page.of('hello').length === 1);
    await host.platform?.stopReceiving();
    await eventually('moved and ended', () => page.of('moved').length === 1 && page.ended);
    // Over the connection that is still open, as browsers and fetch do: it must not hold the instance.
    const again = new Follower(`${base}/api/events`);
    await eventually('sent away as well', () => again.ended);
    expect(again.of('hello')).toEqual([]);
    await host.platform?.receivedLast?.();
  });

  it('R32 shows a notice that is sent again under its id once', async () => {
    const { host, base } = await serve();
    const page = new Follower(`${base}/api/events`);
    await eventually('hello', () => page.of('hello').length === 1);
    const row = {
      id: 'o1',
      address: { platform: 'web', account: 'default', chat: 'c' },
      lane: 'web:default:c:',
      kind: 'notice' as const,
      text: 'Back again.',
      chunk: 0,
      chunks: 1,
      state: 'sending' as const,
      attempts: 1,
      ambiguous: false,
      createdAt: 1,
    };
    for (let i = 0; i < 3; i++)
      expect(await host.platform?.send(row, AbortSignal.timeout(1000))).toMatchObject({ ok: true });
    await send(base, 'after');
    await eventually('settled', () => page.of('settled').length === 1);
    expect(page.of('said')).toHaveLength(1);
  });
});

describe('the snapshot', () => {
  it('has the whole text of a running turn, and the stream goes on from there', async () => {
    const { host, base } = await serve();
    let speak = (_: string) => {};
    let finish = () => {};
    host.agent = (turn) =>
      new Promise<void>((done) => {
        speak = (text) => turn.text(text);
        finish = done;
      });
    await send(base, 'long story');
    await eventually('it runs', () => host.turns.size === 1);
    speak('Once upon ');
    speak('a time');
    const snapshot = (await (await fetch(`${base}/api/snapshot`)).json()) as {
      eventId: string;
      live: { text: string; asked: object[] }[];
    };
    expect(snapshot.live).toMatchObject([
      { text: 'Once upon a time', asked: [{ text: 'long story' }] },
    ]);
    const page = new Follower(`${base}/api/events`, snapshot.eventId);
    await eventually('hello', () => page.of('hello').length === 1);
    speak(', the end.');
    await eventually('text', () => page.of('text').length === 1);
    expect(page.of('text')[0]?.data).toMatchObject({
      at: 'Once upon a time'.length,
      delta: ', the end.',
    });
    finish();
  });

  it('has what waits, and what waits can be taken out', async () => {
    const { host, base } = await serve();
    host.agent = () => new Promise(() => {});
    await send(base, 'first');
    const { body } = await send(base, 'second');
    const snapshot = (await (await fetch(`${base}/api/snapshot`)).json()) as { queue: object[] };
    expect(snapshot.queue).toMatchObject([{ id: body.id, text: 'second' }]);
    expect((await fetch(`${base}/api/messages/${body.id}`, { method: 'DELETE' })).status).toBe(200);
    expect(host.messages[1]?.settled?.outcome).toBe('cancelled');
    expect((await fetch(`${base}/api/messages/${body.id}`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('a message of the page', () => {
  it('R02 that is sent again under its id is taken once', async () => {
    const { host, base } = await serve();
    const first = await send(base, 'hi', 'c-x', 'same-client-id');
    const again = await send(base, 'hi', 'c-x', 'same-client-id');
    expect([first.body.duplicate, again.body.duplicate]).toEqual([false, true]);
    expect(again.body.id).toBe(first.body.id);
    expect(host.messages).toHaveLength(1);
  });

  it('R19 that meets a full queue is told so with 429', async () => {
    const { host, base } = await serve();
    host.refusal = { refused: 'full' };
    expect((await send(base, 'x')).status).toBe(429);
  });

  it('cannot be sent into a lane of another kind', async () => {
    const { base } = await serve();
    for (const chat of ['api:x', 'a/b', '', 'x'.repeat(100), 'once:1'])
      expect((await send(base, 'x', chat)).status).toBe(400);
  });

  it('names its conversation by its first words, without their Markdown, once', async () => {
    const { host, base } = await serve();
    await send(
      base,
      '**The tide tables** of [Bergen](https://example.org), _please_\n\nthe whole year',
    );
    await send(base, 'And of Oslo');
    await eventually(
      'named',
      () => [...host.sessions.values()][0]?.title === 'The tide tables of Bergen, please',
    );
  });
});

describe('readiness', () => {
  it('R17 is 200 only when ready, and else says why', async () => {
    const { host, base } = await serve();
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    host.operations.override = {
      ready: false,
      state: 'draining',
      reasons: ['draining: no new turns start here'],
    };
    const response = await fetch(`${base}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      ready: false,
      state: 'draining',
      reasons: ['draining: no new turns start here'],
    });
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });

  it('R07 tells of an open connection’s end while it leaves, and still answers on it', async () => {
    const { host, base } = await serve();
    const agent = new (await import('node:http')).Agent({ keepAlive: true });
    const { get } = await import('node:http');
    const ask = () =>
      new Promise<{ status: number | undefined; connection: string | undefined }>(
        (resolve, reject) => {
          get(`${base}/healthz`, { agent }, (r) => {
            r.resume();
            r.on('end', () => resolve({ status: r.statusCode, connection: r.headers.connection }));
          }).on('error', reject);
        },
      );
    expect(await ask()).toEqual({ status: 200, connection: 'keep-alive' });
    await host.platform?.stopReceiving();
    expect(await ask()).toEqual({ status: 200, connection: 'close' });
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
    agent.destroy();
  });
});
