import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { sharedDaemon } from '../../harness/daemon.ts';
import { eventually } from '../../harness/eventually.ts';

const run = promisify(execFile);
const say = (content: string) => [{ role: 'user' as const, content }];

/** The tests that end a generation come last. */
const running = sharedDaemon();

const scrape = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const acceptedIn = (metrics: string) =>
  Number(/^sluice_messages_accepted_total\{platform="web"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);

describe('real clients and the running gateway', () => {
  it('the openai package: models, a reply, a stream, a session', async () => {
    const { port } = running();
    const client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'none' });
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toContain('demo');
    const whole = await client.chat.completions.create({ model: 'demo', messages: say('ahoy') });
    expect(whole.choices[0]?.message.content).toContain('ahoy');
    const stream = client.chat.completions.stream(
      { model: 'demo', messages: say('ahoy again') },
      { headers: { 'x-session-id': 's1' } },
    );
    expect(await stream.finalContent()).toContain('ahoy again');
  });

  it('the openai package: a time-out that retries by itself gets the one turn’s answer', async () => {
    const daemon = running();
    const client = new OpenAI({
      baseURL: `http://127.0.0.1:${daemon.port}/v1`,
      apiKey: 'none',
      timeout: 700,
      maxRetries: 6,
    });
    const before = acceptedIn(await scrape(daemon.port));
    const reply = await client.chat.completions.create({ model: 'demo', messages: say('/busy 2') });
    expect(reply.choices[0]?.message.content).toContain('Done.');
    expect(acceptedIn(await scrape(daemon.port))).toBe(before + 1);
  });

  it('the openai package: an abort ends the stateless turn', async () => {
    const daemon = running();
    const client = new OpenAI({ baseURL: `http://127.0.0.1:${daemon.port}/v1`, apiKey: 'none' });
    const stream = await client.chat.completions.create({
      model: 'demo',
      messages: say('/busy 60'),
      stream: true,
    });
    for await (const part of stream) if (part.choices[0]?.delta.content) break;
    stream.controller.abort();
    await daemon.untilStatus('nothing runs', (s) => s.activeTurns === 0);
  });

  it('the ai package: a reply and a stream', async () => {
    const { port } = running();
    const provider = createOpenAICompatible({
      name: 'sluice',
      baseURL: `http://127.0.0.1:${port}/v1`,
    });
    const whole = await generateText({ model: provider('demo'), prompt: 'hello there' });
    expect(whole.text).toContain('hello there');
    const stream = streamText({ model: provider('demo'), messages: say('streamed words') });
    let text = '';
    for await (const piece of stream.textStream) text += piece;
    expect(text).toContain('streamed words');
  });

  it('curl: a stream to its end, and an error with its status', async () => {
    const { port } = running();
    const base = `http://127.0.0.1:${port}`;
    const json = ['-H', 'content-type: application/json', '--max-time', '20'];
    const { stdout } = await run('curl', [
      '-sN',
      `${base}/v1/chat/completions`,
      ...json,
      '-d',
      JSON.stringify({ stream: true, messages: say('by curl') }),
    ]);
    expect(stdout).toContain('data: [DONE]');
    const failed = await run('curl', [
      '-s',
      '-w',
      '%{http_code}',
      `${base}/v1/chat/completions`,
      ...json,
      '-d',
      '{',
    ]);
    expect(failed.stdout).toMatch(/malformed_json.*400$/s);
  });

  it('R04 the openai package streams through a hand-over: whole, once, in the same connection', async () => {
    const daemon = running();
    const { generation } = await daemon.status();
    const client = new OpenAI({
      baseURL: `http://127.0.0.1:${daemon.port}/v1`,
      apiKey: 'none',
      maxRetries: 0,
    });
    const stream = await client.chat.completions.create(
      { model: 'demo', messages: say('/busy 4'), stream: true },
      { headers: { 'x-session-id': 'h' } },
    );
    let text = '';
    let restarted = false;
    for await (const part of stream) {
      text += part.choices[0]?.delta.content ?? '';
      if (!restarted && text !== '') {
        restarted = true;
        await daemon.client.restart({ by: 'test' });
      }
    }
    expect(text).toMatch(/^Working for 4 s: 1 2 3 4\. Done\.$/);
    await daemon.untilStatus('the next generation', (s) => s.generation > generation && s.ready);
    const again = await client.chat.completions.create(
      { model: 'demo', messages: say('and now?') },
      { headers: { 'x-session-id': 'h' } },
    );
    expect(again.choices[0]?.message.content).toContain('and now?');
  });

  it('R02 a request with a key, cut off by SIGKILL, gets its one answer on the retry', async () => {
    const daemon = running();
    const { generation } = await daemon.status();
    const client = new OpenAI({
      baseURL: `http://127.0.0.1:${daemon.port}/v1`,
      apiKey: 'none',
      maxRetries: 0,
    });
    const ask = () =>
      client.chat.completions.create(
        { model: 'demo', messages: say('/busy 3') },
        { headers: { 'x-session-id': 'k', 'idempotency-key': 'once' } },
      );
    const first = ask().catch((error: Error) => error);
    await daemon.untilStatus('it runs', (s) => s.activeTurns === 1);
    await daemon.killGeneration();
    expect(await first).toBeInstanceOf(Error);
    await daemon.untilStatus('the next generation', (s) => s.generation > generation && s.ready);
    const reply = await eventually('an answer', () => ask().catch(() => undefined), 25_000);
    expect(reply.choices[0]?.message.content).toContain('Done.');
    const [session] = await daemon.client.sessions({ search: 'api:k' });
    const lines = await daemon.client.transcript(session?.id ?? '', {});
    expect(lines.map((line) => line.role)).toEqual(['user', 'assistant']);
  });
});
