import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ConnectionLost, controlClient, NotRunning } from '../../gateway/control/client.ts';
import { socketName } from '../../gateway/control/socketPath.ts';
import { JournalUnavailable, RequestError, SluiceError } from '../../gateway/core/exit.ts';
import type { Progress } from '../../gateway/core/progress.ts';
import type { Settled } from '../../gateway/platforms/platform.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { FakeOperations } from './fakeOperations.ts';
import { serve } from './serve.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A raw request, past the client's types. */
function raw(home: string, path: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const sent = request(
      { socketPath: socketName(home), method: 'POST', path, agent: false },
      (r) => {
        let text = '';
        r.setEncoding('utf8');
        r.on('data', (piece) => {
          text += piece;
        });
        r.on('end', () => done({ status: r.statusCode ?? 0, text }));
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });
}

describe('the control socket', () => {
  it('carries every operation, arguments and results unchanged', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    const client = controlClient(home);
    expect(await client.status()).toEqual(operations.current);
    const tell = {
      address: { platform: 'web', account: 'default', chat: 'c', thread: 't' },
      lane: 'l',
      turn: 't-1',
    };
    expect(
      await client.restart({ by: 'cli', force: true, full: true, whenIdle: true, tell }),
    ).toEqual(operations.currentOrder);
    expect(await client.cancelRestart()).toMatchObject({ state: 'cancelled' });
    await client.drain({ by: 'cli', deadlineMs: 5000 });
    await client.cancelDrain();
    expect(await client.order('o-1')).toEqual(operations.currentOrder);
    expect(await client.order('o-2')).toBeUndefined();
    expect(await client.stop({ by: 'cli', force: false })).toBeNull();
    expect(await client.sessions({ search: 'x', limit: 5 })).toHaveLength(1);
    expect(await client.transcript('s-1', { before: 9, limit: 2 })).toHaveLength(1);
    expect(await client.newSession('l')).toMatchObject({ id: 's-1' });
    await client.renameSession('s-1', 'title');
    expect(await client.queue({ lane: 'l' })).toEqual([]);
    await client.removeQueued('m-1', 'cli');
    await client.stopTurn('t-1', 'cli');
    await client.answer('t-1', 'q-1', 'yes');
    expect((await client.trace('m-1')).events).toHaveLength(3);
    expect(await client.deadLetters()).toHaveLength(1);
    expect(await client.deadLetter('d-1')).toMatchObject({ reason: 'the agent failed 3 times' });
    await client.retryDead('d-1');
    await client.dropDead('d-1');
    expect(await client.commands()).toEqual(operations.commands());
    expect(await client.agents()).toEqual(operations.agents());
    expect(operations.asked).toEqual([
      ['restart', { by: 'cli', force: true, full: true, whenIdle: true, tell }],
      ['cancelRestart'],
      ['drain', { by: 'cli', deadlineMs: 5000 }],
      ['cancelDrain'],
      ['stop', { by: 'cli', force: false }],
      ['sessions', { search: 'x', limit: 5 }],
      ['transcript', 's-1', { before: 9, limit: 2 }],
      ['newSession', 'l'],
      ['renameSession', 's-1', 'title'],
      ['queue', { lane: 'l' }],
      ['removeQueued', 'm-1', 'cli'],
      ['stopTurn', 't-1', 'cli'],
      ['answer', 't-1', 'q-1', 'yes'],
      ['retryDead', 'd-1'],
      ['dropDead', 'd-1'],
    ]);
  });

  it('R08 R30 says a refusal in the words of the gateway', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    operations.currentOrder = { ...operations.currentOrder, state: 'done' };
    const client = controlClient(home);
    await expect(client.cancelRestart()).rejects.toThrow(RequestError);
    await expect(client.cancelRestart()).rejects.toThrow('there is no open restart');
    await expect(client.deadLetter('d-9')).rejects.toThrow('there is no dead letter d-9');
  });

  it('tells unforeseen errors from refusals, and writes them to the log only', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    operations.deadLetters = async () => {
      throw new TypeError('secret inner words');
    };
    operations.queue = async () => {
      throw new JournalUnavailable('the disk is full', { full: true });
    };
    const { logged } = await serve(home, operations);
    const failure = await controlClient(home)
      .deadLetters()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SluiceError);
    expect(failure).not.toBeInstanceOf(RequestError);
    expect((failure as Error).message).not.toContain('inner words');
    expect(logged).toHaveLength(1);
    expect((await raw(home, '/v1/call/queue', '{}')).status).toBe(507);
  });

  it('refuses input that is not right, and does nothing', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    for (const body of [
      '',
      'not json',
      '[]',
      '{}',
      '{"by":""}',
      '{"by":"cli","forse":true}',
      '{"by":"cli","force":"yes"}',
    ]) {
      expect((await raw(home, '/v1/call/restart', body)).status, body).toBe(400);
    }
    expect((await raw(home, '/v1/call/drain', '{"by":"cli","deadlineMs":-1}')).status).toBe(400);
    expect((await raw(home, '/v1/call/constructor', '{}')).status).toBe(404);
    expect((await raw(home, '/v1/call/nothing', '{}')).status).toBe(404);
    expect((await raw(home, '/elsewhere', '{}')).status).toBe(404);
    expect((await raw(home, '/v1/send', '{"text":"x"}')).status).toBe(400);
    expect(operations.asked).toEqual([]);
  });

  it('says that nothing runs, on which home, and what to do', async () => {
    const home = tempDir();
    const failure = await controlClient(home)
      .status()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotRunning);
    expect((failure as Error).message).toContain(home);
    expect((failure as Error).message).toContain('sluice run');
  });

  it('does not wait for ever for a gateway that hangs', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    operations.status = () => new Promise(() => {});
    await serve(home, operations);
    const failure = await controlClient(home, { timeoutMs: 50 })
      .status()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectionLost);
    expect((failure as Error).message).toContain('did not answer in time');
  });
});

describe('messages from the shell', () => {
  it('are accepted first and settled later', async () => {
    const home = tempDir();
    const settle = Promise.withResolvers<Settled>();
    await serve(home, new FakeOperations(), {
      send: async ({ id }) => ({
        received: { accepted: true, id, lane: 'l', session: 's', duplicate: false, ahead: 2 },
        settled: settle.promise,
      }),
    });
    const lines = controlClient(home).send({ id: 'x', text: 'hello' });
    expect((await lines.next()).value).toMatchObject({ received: { id: 'x', ahead: 2 } });
    settle.resolve({ message: 'x', outcome: 'answered', text: 'Ünïcode \u{1f6a2}' });
    expect((await lines.next()).value).toMatchObject({ settled: { text: 'Ünïcode \u{1f6a2}' } });
    expect((await lines.next()).done).toBe(true);
  });

  it('that are not accepted have no second line', async () => {
    const home = tempDir();
    await serve(home, new FakeOperations(), {
      send: async () => ({ received: { accepted: false, refused: 'full' } }),
    });
    const lines = await collect(controlClient(home).send({ id: 'x', text: 'hello' }));
    expect(lines).toEqual([{ received: { accepted: false, refused: 'full' } }]);
  });

  it('end without a word where the instance leaves before the outcome', async () => {
    const home = tempDir();
    const { server } = await serve(home, new FakeOperations(), {
      send: async ({ id }) => ({
        received: { accepted: true, id, lane: 'l', session: 's', duplicate: false, ahead: 0 },
        settled: new Promise(() => {}),
      }),
    });
    const lines = controlClient(home).send({ id: 'x', text: 'hello' });
    await lines.next();
    await server.close();
    expect(await lines.next()).toMatchObject({ done: true });
  });
});

describe('progress', () => {
  it('comes as it happens, in order, to every listener; a reader that leaves is forgotten', async () => {
    const home = tempDir();
    const { emit, listeners } = await serve(home, new FakeOperations());
    const stops = [new AbortController(), new AbortController()];
    const seen: Progress[][] = [[], []];
    const reading = stops.map(async (stop, at) => {
      for await (const p of controlClient(home).events(stop.signal)) seen[at]?.push(p);
    });
    await eventually('both listen', () => listeners.size === 2);
    const sent: Progress[] = [
      { type: 'notice', lane: 'l', text: 'one\ntwo' },
      { type: 'text', lane: 'l', turn: 't', delta: '…' },
      { type: 'status' },
    ];
    for (const progress of sent) emit(progress);
    await eventually('both have read', () => seen.every((s) => s.length === 3));
    expect(seen).toEqual([sent, sent]);
    for (const stop of stops) stop.abort();
    await Promise.allSettled(reading);
    await eventually('nobody listens', () => listeners.size === 0);
  });

  it('ends when the gateway leaves', async () => {
    const home = tempDir();
    const { server, listeners } = await serve(home, new FakeOperations());
    const reading = collect(controlClient(home).events(new AbortController().signal));
    await eventually('it listens', () => listeners.size === 1);
    await server.close();
    expect(await reading).toEqual([]);
    expect(listeners.size).toBe(0);
  });

  it('cuts a reader off that does not read, and keeps nothing for it', async () => {
    const home = tempDir();
    const { emit, listeners } = await serve(home, new FakeOperations());
    const stop = new AbortController();
    const lines = controlClient(home).events(stop.signal);
    const first = lines.next();
    await eventually('it listens', () => listeners.size === 1);
    const delta = 'x'.repeat(1_000);
    emit({ type: 'text', lane: 'l', turn: 't', delta });
    await first;
    // Nothing reads from here on.
    for (let i = 0; i < 50_000 && listeners.size > 0; i++) {
      emit({ type: 'text', lane: 'l', turn: 't', delta });
    }
    expect(listeners.size).toBe(0);
    stop.abort();
    await lines.return(undefined).catch(() => {});
  });
});
