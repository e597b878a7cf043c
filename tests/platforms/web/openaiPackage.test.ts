import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../harness/eventually.ts';
import type { FakeAgent } from './fakeHost.ts';
import { serve } from './serve.ts';

const messages = [{ role: 'user' as const, content: 'hello' }];

function client(base: string, more: object = {}) {
  return new OpenAI({ baseURL: `${base}/v1`, apiKey: 'none', ...more });
}

/** An agent that speaks when it is let. */
function held(text = 'held') {
  let let_ = () => {};
  const waits = new Promise<void>((done) => {
    let_ = done;
  });
  const agent: FakeAgent = async (turn) => {
    await waits;
    turn.text(text);
  };
  return { agent, release: () => let_() };
}

describe('the openai package', () => {
  it('lists agents and their models', async () => {
    const { host, base } = await serve();
    host.operations.agentList = [
      { name: 'demo', type: 'demo', isDefault: true },
      { name: 'helper', type: 'chat', isDefault: false, models: ['small'] },
    ];
    const ids = [];
    for await (const model of client(base).models.list()) ids.push(model.id);
    expect(ids).toEqual(['demo', 'helper', 'helper/small', 'sluice']);
  });

  it('retrieves one model by its id, with a slash in it too, and is told of one that is not there', async () => {
    const { host, base } = await serve();
    host.operations.agentList = [
      { name: 'helper', type: 'chat', isDefault: true, models: ['small', 'org/large:7b'] },
    ];
    const { models } = client(base);
    for (const id of ['helper', 'helper/small', 'helper/org/large:7b', 'sluice']) {
      expect(await models.retrieve(id)).toMatchObject({ id, object: 'model', owned_by: 'sluice' });
    }
    const typed = await fetch(`${base}/v1/models/helper/org/large:7b`);
    expect(await typed.json()).toMatchObject({ id: 'helper/org/large:7b' });
    const refused = await models.retrieve('helper/absent').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAI.NotFoundError);
    expect(refused).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    expect(String(refused)).toContain('There is no model "helper/absent" here');
  });

  it('gets a reply, whole and streamed', async () => {
    const { base } = await serve();
    const whole = await client(base).chat.completions.create({ model: 'demo', messages });
    expect(whole.choices[0]?.message.content).toBe('You said: hello');
    const stream = client(base).chat.completions.stream({ model: 'demo', messages });
    expect(await stream.finalContent()).toBe('You said: hello');
  });

  it('joins its own retry to the running turn: one turn, one answer', async () => {
    const { host, base } = await serve();
    const { agent, release } = held();
    host.agent = agent;
    const asking = client(base, { timeout: 300, maxRetries: 5 }).chat.completions.create({
      model: 'demo',
      messages,
    });
    await eventually('the first attempt runs', () => host.turns.size === 1);
    setTimeout(release, 700);
    expect((await asking).choices[0]?.message.content).toBe('held');
    expect(host.messages).toHaveLength(1);
  });

  it('gets a second answer for a second question of the same words', async () => {
    const { host, base } = await serve();
    for (let i = 0; i < 2; i++)
      await client(base).chat.completions.create({ model: 'demo', messages });
    expect(host.messages).toHaveLength(2);
  });

  it('is not given an old answer when the first attempt of the same words never arrived', async () => {
    const { host, base } = await serve({ limits: { abandonMs: 20 } });
    const ask = (retryCount: number) =>
      fetch(`${base}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          'x-session-id': 's',
          'content-type': 'application/json',
          'x-stainless-retry-count': String(retryCount),
        },
        body: JSON.stringify({ messages }),
      }).then((answer) => answer.text());
    await ask(0);
    await eventually('the retry is a message of its own', async () => {
      await ask(1);
      return host.messages.length === 2;
    });
  });

  it('that aborts a stream ends the stateless turn, though it waits for a retry first', async () => {
    const { host, base } = await serve({ limits: { abandonMs: 50 } });
    host.agent = async (turn) => {
      turn.text('begun');
      await new Promise<void>((done) => turn.signal.addEventListener('abort', () => done()));
    };
    const stream = await client(base).chat.completions.create({
      model: 'demo',
      messages,
      stream: true,
    });
    for await (const part of stream) if (part.choices[0]?.delta.content === 'begun') break;
    stream.controller.abort();
    await eventually(
      'the turn is stopped',
      () => host.messages[0]?.settled?.outcome === 'cancelled',
    );
  });

  it('throws what an agent failed with, in mid-stream, and does not run it again', async () => {
    const { host, base } = await serve();
    host.agent = async (turn) => {
      turn.text('half');
      throw new Error('the model went away');
    };
    const stream = await client(base).chat.completions.create({
      model: 'demo',
      messages,
      stream: true,
    });
    let text = '';
    const reading = (async () => {
      for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    })();
    await expect(reading).rejects.toThrow('the model went away');
    expect(text).toBe('half');
    await expect(client(base).chat.completions.create({ model: 'demo', messages })).rejects.toThrow(
      'the model went away',
    );
    expect(host.messages).toHaveLength(2);
  });

  it('is refused for a full queue and comes back by itself', async () => {
    const { host, base } = await serve();
    host.refusal = { refused: 'draining' };
    const asking = client(base).chat.completions.create({ model: 'demo', messages });
    setTimeout(() => {
      host.refusal = undefined;
    }, 300);
    expect((await asking).choices[0]?.message.content).toBe('You said: hello');
  });

  it('R04 is told that a restart cut its stream off, and gets the whole reply with its key afterwards', async () => {
    const { host, base, close } = await serve();
    const { agent, release } = held('after all');
    host.agent = agent;
    const ask = (at: string) =>
      client(at, { maxRetries: 0 }).chat.completions.create(
        { model: 'demo', messages, stream: true },
        { headers: { 'idempotency-key': 'k' } },
      );
    const stream = await ask(base);
    await eventually('the turn runs', () => host.turns.size === 1);
    const reading = (async () => {
      for await (const _ of stream);
    })();
    const failed = expect(reading).rejects.toThrow('restarting');
    await close();
    await failed;
    release();
    const next = await serve({}, host);
    let text = '';
    for await (const part of await ask(next.base)) text += part.choices[0]?.delta.content ?? '';
    expect(text).toBe('after all');
    expect(host.messages).toHaveLength(1);
  });
});
