import { describe, expect, it } from 'vitest';
import { JournalUnavailable } from '../../../gateway/core/exit.ts';
import { eventually } from '../../harness/eventually.ts';
import type { FakeTurn } from './fakeHost.ts';
import { serve } from './serve.ts';

interface Reply {
  id: string;
  choices: { message: { content: string } }[];
  error: { code: string; message: string };
}

const user = (content: string) => ({ role: 'user', content });

/** Reads until the text has been seen; without one, to the end. */
async function readUntil(
  reader: ReadableStreamDefaultReader<string>,
  wanted?: string,
): Promise<string> {
  let seen = '';
  while (wanted === undefined || !seen.includes(wanted)) {
    const part = await reader.read();
    if (part.done && wanted !== undefined)
      throw new Error(`the stream ended without "${wanted}": ${seen}`);
    if (part.done) break;
    seen += part.value;
  }
  return seen;
}

async function ask(base: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Reply,
  };
}

describe('a completion without a session', () => {
  it('is answered from its own history, in a lane of its own', async () => {
    const { host, base } = await serve();
    const messages = [
      { role: 'system', content: 'Be brief.' },
      user('one'),
      { role: 'assistant', content: '1' },
      user('two'),
    ];
    const { status, body, headers } = await ask(base, { model: 'demo', messages });
    expect(status).toBe(200);
    expect(body.choices[0]?.message).toEqual({
      role: 'assistant',
      content: 'You said: two',
      refusal: null,
    });
    expect(body.id).toBe(`chatcmpl-${headers.get('x-sluice-message-id')}`);
    const inbound = host.messages[0]?.inbound;
    expect(inbound?.stateless?.history).toEqual([
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'one' },
      { role: 'assistant', text: '1' },
    ]);
    expect(inbound).toMatchObject({ text: 'two', busy: 'queue', model: 'demo' });
    await ask(base, { messages });
    expect(new Set(host.messages.map((m) => m.lane)).size).toBe(2);
  });

  it('is given up when the caller hangs up', async () => {
    const { host, base } = await serve();
    host.agent = (turn) =>
      new Promise((done) => turn.signal.addEventListener('abort', () => done()));
    const hangUp = new AbortController();
    const asking = fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [user('long work')] }),
      signal: hangUp.signal,
    }).catch(() => 'hung up');
    await eventually('the turn runs', () => host.turns.size === 1);
    hangUp.abort();
    expect(await asking).toBe('hung up');
    await eventually(
      'the turn is stopped',
      () => host.messages[0]?.settled?.outcome === 'cancelled',
    );
  });
});

describe('a completion with a session', () => {
  it('takes only the messages after the last assistant one, and says what it ignores', async () => {
    const { host, base } = await serve();
    const messages = [
      { role: 'system', content: 'x' },
      user('old'),
      { role: 'assistant', content: 'a' },
      user('new 1'),
      user('new 2'),
    ];
    const { status, headers } = await ask(
      base,
      { messages, user: 'everybody' },
      { 'x-session-id': 'alpha' },
    );
    expect(status).toBe(200);
    expect(headers.get('x-sluice-ignored')).toBe('system');
    expect(host.messages[0]?.inbound).toMatchObject({
      text: 'new 1\n\nnew 2',
      address: { chat: 'api:alpha' },
    });
    expect(host.messages[0]?.inbound.stateless).toBeUndefined();
  });

  it('R31 keeps sessions of different names in lanes of their own, whatever `user` says', async () => {
    const { host, base } = await serve();
    for (const session of ['a', 'b'])
      await ask(base, { user: 'same', messages: [user('hi')] }, { 'x-session-id': session });
    expect(host.messages.map((m) => m.lane)).toEqual([
      'web:default:api%3Aa:',
      'web:default:api%3Ab:',
    ]);
  });

  it('goes on when the caller hangs up', async () => {
    const { host, base } = await serve();
    let finish = () => {};
    host.agent = async (turn) => {
      await new Promise<void>((done) => {
        finish = done;
      });
      turn.text('done anyway');
    };
    const hangUp = new AbortController();
    const asking = fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-session-id': 's' },
      body: JSON.stringify({ stream: true, messages: [user('work')] }),
      signal: hangUp.signal,
    });
    await eventually('the turn runs', () => host.turns.size === 1);
    hangUp.abort();
    await asking.catch(() => {});
    finish();
    await eventually('it is answered', () => host.messages[0]?.settled?.outcome === 'answered');
  });
});

describe('an Idempotency-Key', () => {
  it('R02 gives the same reply for the same request, running or done, and runs it once', async () => {
    const { host, base } = await serve();
    let finish = () => {};
    host.agent = async (turn) => {
      await new Promise<void>((done) => {
        finish = done;
      });
      turn.text('once');
    };
    const send = () => ask(base, { messages: [user('x')] }, { 'idempotency-key': 'k1' });
    const first = send();
    await eventually('the turn runs', () => host.turns.size === 1);
    const second = send();
    setTimeout(() => finish(), 50);
    const [a, b] = await Promise.all([first, second]);
    const c = await send();
    expect([a, b, c].map((r) => r.body.choices[0]?.message.content)).toEqual([
      'once',
      'once',
      'once',
    ]);
    expect(host.messages).toHaveLength(1);
  });

  it('is refused for another request', async () => {
    const { base } = await serve();
    await ask(base, { messages: [user('x')] }, { 'idempotency-key': 'k' });
    const { status, body } = await ask(base, { messages: [user('y')] }, { 'idempotency-key': 'k' });
    expect(status).toBe(422);
    expect(body.error.code).toBe('idempotency_mismatch');
  });
});

describe('a refusal', () => {
  it('R19 is 429 with Retry-After for a full queue', async () => {
    const { host, base } = await serve();
    host.refusal = { refused: 'full' };
    const { status, headers, body } = await ask(base, { messages: [user('x')] });
    expect([status, headers.get('retry-after'), body.error.code]).toEqual([429, '5', 'queue_full']);
  });

  it('is 503 with Retry-After when draining, and in the drain of a full restart before anything is taken', async () => {
    const { host, base } = await serve();
    host.refusal = { refused: 'draining' };
    expect((await ask(base, { messages: [user('x')] })).status).toBe(503);
    host.refusal = undefined;
    host.operations.override = { state: 'draining', desired: 'restarted' };
    host.emit({ type: 'status' });
    const { status, headers } = await ask(base, { messages: [user('x')] });
    expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    expect(host.messages).toHaveLength(0);
  });

  it('R01 is 507 for a full disk and 503 for a lost journal: not acknowledged', async () => {
    const { host, base } = await serve();
    host.refusal = new JournalUnavailable('full', { full: true });
    expect((await ask(base, { messages: [user('x')] })).status).toBe(507);
    host.refusal = new JournalUnavailable('gone');
    expect((await ask(base, { messages: [user('x')] })).status).toBe(503);
  });

  it('tells an agent that failed as an error that is not retried', async () => {
    const { host, base } = await serve();
    host.agent = async () => {
      throw new Error('no model');
    };
    const { status, headers, body } = await ask(base, { messages: [user('x')] });
    expect([status, headers.get('x-should-retry')]).toEqual([502, 'false']);
    expect(body.error.message).toContain('no model');
  });
});

describe('a streamed completion', () => {
  it('sends the text as it comes, ends with [DONE], and carries the message id', async () => {
    const { host, base } = await serve();
    let turn: FakeTurn | undefined;
    let finish = () => {};
    host.agent = async (t) => {
      turn = t;
      t.text('first ');
      await new Promise<void>((done) => {
        finish = done;
      });
      t.text('second 🌊');
    };
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [user('x')] }),
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    seen += await readUntil(reader, 'first ');
    expect(turn?.message.settled).toBeUndefined();
    finish();
    seen += await readUntil(reader);
    const events = seen
      .split('\n\n')
      .filter((e) => e.startsWith('data: ') && e !== 'data: [DONE]')
      .map((e) => JSON.parse(e.slice(6)));
    expect(events.map((e) => e.choices[0].delta.content ?? '').join('')).toBe('first second 🌊');
    expect(events.at(-1).choices[0].finish_reason).toBe('stop');
    expect(seen.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(events[0].id).toBe(`chatcmpl-${response.headers.get('x-sluice-message-id')}`);
  });

  it('says nothing for long and sends comments meanwhile', async () => {
    const { host, base } = await serve({ limits: { keepAliveMs: 20 } });
    let finish = () => {};
    host.agent = (turn) =>
      new Promise<void>((done) => {
        finish = () => {
          turn.text('late');
          done();
        };
      });
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [user('x')] }),
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    seen += await readUntil(reader, ': keep-alive');
    finish();
    seen += await readUntil(reader);
    expect(seen).toContain('late');
  });

  it('of thirty million characters comes whole to a reader that takes its time', async () => {
    const { host, base } = await serve();
    host.agent = async (turn) => {
      for (let i = 0; i < 300; i++) turn.text('§'.repeat(100_000));
    };
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [user('flood')] }),
    });
    await eventually('the turn is done', () => host.messages[0]?.state === 'done');
    const seen = await readUntil(response.body!.pipeThrough(new TextDecoderStream()).getReader());
    expect(seen.match(/§/g)?.length).toBe(30_000_000);
    expect(seen.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });
});
