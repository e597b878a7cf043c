import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type {} from '../../gateway/agents/agent.ts';
import { createChatAgent } from '../../gateway/agents/chat/chatAgent.ts';
import { aboutTokens, trimHistory } from '../../gateway/agents/chat/history.ts';
import { ChatOptions } from '../../gateway/agents/chat/options.ts';
import type { Clock } from '../../gateway/core/clock.ts';
import {
  type ModelAnswer,
  type ModelRequest,
  startModelServer,
} from '../fakes/agents/modelServer.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { systemClock } from './clock.ts';
import { agentContract, within } from './contract.ts';
import { agentDeps, Recorder, type TurnMore, turnInput } from './recorder.ts';

/** Real time in which pauses are short: retries wait for seconds. */
function hastyClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    ...systemClock,
    pauses,
    after: (ms, run) => {
      pauses.push(ms);
      return systemClock.after(Math.min(ms, 5), run);
    },
  };
}

async function chat(
  script: ModelAnswer | ((request: ModelRequest, n: number) => ModelAnswer),
  more: object = {},
  given: Parameters<typeof agentDeps>[1] = {},
) {
  const server = await startModelServer(typeof script === 'function' ? script : () => script);
  onTestFinished(() => server.close());
  const clock = hastyClock();
  const dir = tempDir();
  const deps = agentDeps(dir, { clock, configDir: dir, ...given });
  const options = ChatOptions.parse({
    type: 'chat',
    base_url: server.url,
    model: 'scripted',
    ...more,
  });
  const agent = createChatAgent(options, deps);
  const sink = new Recorder();
  const ask = (input: TurnMore = {}, signal = new AbortController().signal) =>
    within(agent.start(turnInput('hello', input), sink, signal).result);
  return { agent, server, sink, ask, clock, dir, deps, text: 'hello' };
}

const MISSING = { base_url: 'http://127.0.0.1:9/v1' };

agentContract('chat', {
  answers: () => chat({ parts: ['you ', 'said ', 'hello'] }),
  'says-something-then-hangs': () => chat({ parts: ['so far'], last: 'hang' }),
  'crashes-in-mid-turn': () => chat({ parts: ['so far'], last: 'drop' }),
  'prints-garbage': () => chat({ parts: ['so far'], last: 'garbage' }),
  'says-a-lot': () => chat({ parts: Array.from({ length: 2_000 }, (_, n) => `${n} `.repeat(10)) }),
  pours: () => chat({ parts: Array.from({ length: 1_600 }, () => 'x'.repeat(65_536)) }),
  'says-nothing': () => chat({ parts: [] }),
  'exits-at-start': () => chat({ status: 500 }),
  'is-missing': () => chat({}, MISSING),
});

describe('the chat agent', () => {
  it('streams each part as it comes, shows reasoning as thought and records usage', async () => {
    const { sink, ask, server } = await chat({
      parts: ['one ', 'two'],
      reasoning: 'hm',
      usage: { prompt_tokens: 12, completion_tokens: 2 },
    });
    expect(await ask()).toEqual({
      end: 'answered',
      text: 'one two',
      usage: { inputTokens: 12, outputTokens: 2 },
      reasoning: 'hm',
    });
    expect(sink.deltas).toEqual(['one ', 'two']);
    expect(sink.thoughts).toEqual(['hm']);
    expect(server.requests[0]?.body).toMatchObject({ model: 'scripted', stream: true });
  });

  it('sends the system prompt from its file, the history and the message', async () => {
    const { ask, server, dir } = await chat({ parts: ['ok'] }, { system_prompt_file: 'prompt.md' });
    writeFileSync(join(dir, 'prompt.md'), 'Be brief.');
    const history = [
      { role: 'user', text: 'first' },
      { role: 'assistant', text: 'reply' },
    ] as const;
    await ask({ history, model: 'other' });
    expect(server.requests[0]?.body.model).toBe('other');
    expect(server.requests[0]?.body.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'reply' },
      { role: 'user', content: 'hello' },
    ]);
  });

  it('keeps the request within the context, dropping the oldest history first', async () => {
    const { ask, server } = await chat({ parts: ['ok'] }, { context_tokens: 256 });
    const history = Array.from({ length: 50 }, (_, n) => ({
      role: n % 2 === 0 ? ('user' as const) : ('assistant' as const),
      text: `line ${n} ${'x'.repeat(60)}`,
    }));
    await ask({ history });
    const sent = server.requests[0]?.body.messages ?? [];
    expect(sent.length).toBeGreaterThan(4);
    expect(sent.reduce((sum, m) => sum + aboutTokens(String(m.content)), 0)).toBeLessThan(257);
    expect(sent[0]?.role).toBe('user');
    expect(sent.at(-2)?.content).toBe(history.at(-1)?.text);
  });

  it('leaves no gap in the history and no answer without its question', () => {
    const line = (role: 'user' | 'assistant', n: number) => ({ role, text: 'x'.repeat(n) });
    const history = [line('user', 10), line('assistant', 9_000), line('user', 10)];
    expect(trimHistory(history, 100)).toEqual(history.slice(2));
    expect(trimHistory([line('user', 900), line('assistant', 10)], 100)).toEqual([]);
    expect(trimHistory(history, 0)).toEqual([]);
  });

  it('repeats a request after 429 and 5xx before the first word, as the server says', async () => {
    const { ask, server, clock } = await chat((_, n) => {
      if (n === 0) return { status: 429, headers: { 'retry-after': '3' } };
      return n === 1 ? { status: 503 } : { parts: ['at last'] };
    });
    expect(await ask()).toMatchObject({ end: 'answered', text: 'at last' });
    expect(server.requests).toHaveLength(3);
    expect(clock.pauses).toEqual([3_000, 1_000]);
  });

  it('never repeats a request once words have come, and keeps them', async () => {
    const { ask, server } = await chat({ parts: ['so far'], last: 'drop' });
    expect(await ask()).toMatchObject({ end: 'failed', text: 'so far' });
    expect(server.requests).toHaveLength(1);
  });

  it('does not wait for a retry past its deadline', async () => {
    const limits = { timeout: 10 };
    const { ask, server } = await chat({ status: 429, headers: { 'retry-after': '60' } }, limits);
    expect(await ask()).toMatchObject({ end: 'failed', error: expect.stringContaining('limit') });
    expect(server.requests).toHaveLength(1);
  });

  it('is ended while it waits for a retry', async () => {
    const { ask, server } = await chat(
      { status: 503, headers: { 'retry-after': '60' } },
      {},
      { clock: systemClock },
    );
    const abort = new AbortController();
    const result = ask({}, abort.signal);
    await eventually('a request', () => server.requests.length === 1);
    abort.abort();
    expect(await result).toEqual({ end: 'cancelled', text: '' });
  });

  it('uses the key, and says it in no error and no log', async () => {
    const { ask, server, deps } = await chat(
      { status: 401, error: 'wrong key geheim-123' },
      { api_key_env: 'MY_KEY' },
      { env: { MY_KEY: 'geheim-123' } },
    );
    const result = await ask();
    expect(server.requests[0]?.authorization).toBe('Bearer geheim-123');
    expect(result).toMatchObject({ error: expect.stringContaining('api_key') });
    expect(JSON.stringify([result, deps.logged])).not.toContain('geheim-123');
  });

  it('refuses to start without the key that its configuration names', async () => {
    await expect(chat({}, { api_key_env: 'NOT_SET' }, { env: {} })).rejects.toThrow(/NOT_SET/);
  });

  it.each([
    ['content_filter', { finish: 'content_filter' }, 'filter'],
    ['tool_calls', { toolCalls: [{ name: 'search', args: {} }] }, 'tool'],
  ])('judges an answer that ended by %s as failed', async (_finish, more, said) => {
    const { ask } = await chat({ parts: ['so far'], ...more });
    expect(await ask()).toMatchObject({
      end: 'failed',
      text: 'so far',
      error: expect.stringContaining(said),
    });
  });

  it('says where the output limit of the model was reached', async () => {
    const { ask, sink } = await chat({ parts: ['so far'], finish: 'length' });
    const { text } = await ask();
    expect(text).toMatch(/^so far[\s\S]+output limit/);
    expect(sink.said).toBe(text);
  });

  it('shows images to a model that sees them, and names files to one that does not', async () => {
    const attachments = [{ kind: 'photo', ref: 'r', name: 'cat.png', type: 'image/png' }] as const;
    const readFile = async () => new Uint8Array([1, 2, 3]);
    const seeing = await chat({ parts: ['a cat'] }, { images: true }, { readFile });
    await seeing.ask({ attachments });
    expect(seeing.server.requests[0]?.body.messages[0]?.content).toEqual([
      { type: 'text', text: 'hello' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
    ]);
    const blind = await chat({ parts: ['?'] }, {}, { readFile });
    await blind.ask({ attachments });
    expect(blind.server.requests[0]?.body.messages[0]?.content).toContain('cat.png, not shown');
  });

  it('lists its models: those configured, else those of the endpoint', async () => {
    const listed = await chat({});
    expect(await listed.agent.models?.()).toEqual(['scripted']);
    const named = await chat({}, { models: ['big', 'small'] });
    expect(await named.agent.models?.()).toEqual(['scripted', 'big', 'small']);
  });

  it('streams 200 sessions at once', async () => {
    const { agent } = await chat({ parts: ['a', 'b', 'c', 'd'], pauseMs: 5 });
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => {
        const input = turnInput('hello', { session: `s${n}` });
        return within(agent.start(input, new Recorder(), new AbortController().signal).result);
      }),
    );
    expect(new Set(results.map((r) => r.text))).toEqual(new Set(['abcd']));
  });
});
