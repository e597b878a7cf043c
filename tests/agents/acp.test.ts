import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAcpAgent } from '../../gateway/agents/acp/acpAgent.ts';
import { AcpOptions } from '../../gateway/agents/acp/options.ts';
import { MEMORY_EVERY_MS } from '../../gateway/agents/acp/pool.ts';
import type { JsonValue } from '../../gateway/core/message.ts';
import { eventually } from '../harness/eventually.ts';
import { makeTempDir, tempDir } from '../harness/temp.ts';
import { hastyClock, systemClock } from './clock.ts';
import { agentContract, within } from './contract.ts';
import { agentDeps, Recorder, turnInput } from './recorder.ts';

const FAKE = new URL('../fakes/agents/acpAgent.ts', import.meta.url).pathname;

function make(
  start = 'normal',
  more: object = {},
  home = tempDir(),
  memoryMs = 10_000,
  clock = systemClock,
) {
  const pids = new Set<number>();
  const deps = agentDeps(home, {
    // Memory is looked at every few seconds; a test does not wait for that.
    clock: {
      ...clock,
      after: (ms, run) => clock.after(ms === MEMORY_EVERY_MS ? memoryMs : ms, run),
    },
    registerChild: ({ pid }) => {
      pids.add(pid);
      return () => pids.delete(pid);
    },
    readFile: async () => new Uint8Array([1, 2, 3]),
  });
  const command = [process.execPath, FAKE, start];
  const agent = createAcpAgent(AcpOptions.parse({ type: 'acp', command, ...more }), deps);
  const ask = (text: string, input: Parameters<typeof turnInput>[1] = {}) => {
    const sink = new Recorder();
    const abort = new AbortController();
    const run = agent.start(turnInput(text, input), sink, abort.signal);
    return { sink, abort, result: within(run.result) };
  };
  return { agent, deps, home, pids, ask };
}

function acp(...given: Parameters<typeof make>) {
  const made = make(...given);
  onTestFinished(() => made.agent.close());
  return made;
}

const saying = (text: string, start = 'normal', more: object = {}) => ({
  agent: acp(start, more).agent,
  text,
});

agentContract('acp', {
  answers: () => saying('hello'),
  'takes-a-step': () => saying('!step'),
  'says-something-then-hangs': () => saying('!hang'),
  'ignores-the-interrupt': () => ({
    agent: acp('stubborn', {}, tempDir(), 10_000, hastyClock).agent,
    text: '!deaf',
  }),
  'crashes-in-mid-turn': () => saying('!crash'),
  'prints-garbage': () => saying('!garbage'),
  'says-a-lot': () => saying('!long'),
  pours: () => saying('!pour'),
  'says-nothing': () => saying('!nothing'),
  'exits-at-start': () => saying('hello', 'exits'),
  'speaks-another-version': () => saying('hello', 'version'),
  'is-missing': () => saying('hello', '', { command: ['no-such-agent-anywhere'] }),
  resumes: () => saying('hello'),
});

describe('an ACP agent', () => {
  /** One process for all tests that only say something to it. */
  const folder = makeTempDir();
  const common = make('normal', {}, folder.dir);
  afterAll(async () => {
    await common.agent.close();
    folder.remove();
  });

  it('shows text, thoughts, plans, steps and cost, and lets unknown updates pass', async () => {
    const { ask } = common;
    const { sink, result } = ask('!step');
    expect(await result).toEqual({ end: 'answered', text: 'done', usage: { cost: 0.25 } });
    expect(sink.plans).toEqual([[{ text: 'look', state: 'pending' }]]);
    expect(sink.started).toEqual([
      {
        id: 'c1',
        name: 'execute',
        args: { title: 'run ls', input: { command: 'ls' } },
        title: 'run ls',
      },
    ]);
    expect(sink.ended).toEqual([{ id: 'c1', state: 'done', summary: 'a b' }]);
  });

  it('R23 saves its session before the prompt is sent, and only once', async () => {
    const { ask } = acp();
    const first = ask('hello');
    await first.result;
    expect(first.sink.order.indexOf('state')).toBe(0);
    const second = ask('again', { state: first.sink.states[0] as JsonValue });
    expect(await second.result).toMatchObject({
      text: 'you said again',
      usage: { inputTokens: 7, outputTokens: 2 },
    });
    expect(second.sink.states).toEqual([]);
  });

  it('R23 loads its session in a new process and does not repeat the replayed history', async () => {
    const home = tempDir();
    const before = acp('normal', {}, home);
    const first = before.ask('secret word');
    await first.result;
    await before.agent.close();
    const state = first.sink.states[0] as JsonValue;
    const history = [{ role: 'user', text: 'secret word' }] as const;
    const after = acp('normal', {}, home).ask('go on', { state, history });
    const result = await after.result;
    expect(result.text).toBe('you said go on');
    expect(after.sink.states).toEqual([]);
  });

  it('R23 tells the conversation anew to an agent that cannot load it', async () => {
    const state = { agent: 'acp', acpSessionId: 'gone', cwd: tempDir(), permissions: {} };
    for (const start of ['no-load', 'normal']) {
      const history = [{ role: 'user', text: 'secret word' }] as const;
      const { sink, result } = acp(start).ask('go on', { state, history });
      expect((await result).text).toMatch(/secret word[\s\S]+go on/);
      expect(sink.states).toHaveLength(1);
    }
  });

  it('leaves the session of another agent alone', async () => {
    const state = { agent: 'other', acpSessionId: 'x', cwd: '/nowhere', permissions: {} };
    const { sink, result } = acp().ask('hello', { state });
    expect(await result).toMatchObject({ end: 'answered' });
    expect(sink.states[0]).toMatchObject({ agent: 'acp' });
  });

  it('R23 asks the person for permission only when the step is on disk', async () => {
    const { agent } = acp();
    const sink = new Recorder();
    let onDisk = () => {};
    let seen = false;
    sink.beforeStep = async () => {
      seen = true;
      await new Promise<void>((resolve) => {
        onDisk = resolve;
      });
    };
    const run = agent.start(turnInput('!permission'), sink, new AbortController().signal);
    await eventually('the step is being written', () => seen);
    expect(sink.questions).toEqual([]);
    onDisk();
    expect((await within(run.result)).text).toBe('outcome o-allow_once');
    expect(sink.questions[0]?.options).toHaveLength(3);
    expect(sink.order.indexOf('step:p1')).toBeLessThan(
      sink.order.indexOf(sink.order.find((o) => o.startsWith('ask:')) as string),
    );
  });

  it('R22 grants nothing in a turn that was superseded', async () => {
    const { agent } = acp();
    const sink = new Recorder();
    sink.beforeStep = async () => {
      throw new Error('superseded');
    };
    const run = agent.start(turnInput('!permission'), sink, new AbortController().signal);
    expect((await within(run.result)).text).toBe('outcome cancelled');
    expect(sink.questions).toEqual([]);
  });

  it('takes no answer for a no, and remembers "always" for the session across processes', async () => {
    const home = tempDir();
    const one = acp('normal', {}, home);
    const sink = new Recorder();
    sink.answer = async () => undefined;
    const signal = new AbortController().signal;
    const silent = one.agent.start(turnInput('!permission'), sink, signal);
    expect((await within(silent.result)).text).toBe('outcome o-reject_once');
    sink.answer = async () => 'o-allow_always';
    const state = sink.states.at(-1) as JsonValue;
    const always = one.agent.start(turnInput('!permission', { state }), sink, signal);
    expect((await within(always.result)).text).toBe('outcome o-allow_always');
    await one.agent.close();
    const later = acp('normal', {}, home).ask('!permission', {
      state: sink.states.at(-1) as JsonValue,
    });
    expect((await later.result).text).toBe('outcome o-allow_once');
    expect(later.sink.questions).toEqual([]);
  });

  it.each([
    ['allow', 'o-allow_once'],
    ['deny', 'o-reject_once'],
  ])('decides by itself where permissions are set to %s', async (permissions, outcome) => {
    const { sink, result } = acp('normal', { permissions }).ask('!permission');
    expect((await result).text).toBe(`outcome ${outcome}`);
    expect(sink.questions).toEqual([]);
  });

  it.each([
    ['refusal', 'failed', /refused/],
    ['max_tokens', 'answered', /limit of tokens/],
    ['max_tokens quiet', 'failed', /limit of tokens/],
    ['max_turn_requests', 'answered', /model requests/],
    ['cancelled', 'failed', /cancelled/],
    ['end_turn quiet', 'failed', /without an answer/],
  ])('judges the stop reason %s as %s', async (reason, end, said) => {
    const result = await common.ask(`!stop ${reason}`).result;
    expect(result.end).toBe(end);
    expect(JSON.stringify(result)).toMatch(said);
  });

  it('never takes a failure for an answer that an agent tells in its own way', async () => {
    const { sink, result } = common.ask('!told');
    expect(await result).toEqual({
      end: 'failed',
      text: 'so far',
      error: 'The agent reports: quota is over',
    });
    expect(sink.thoughts.join('')).toBe('Mode: careful\na small thing\n');
    expect(await common.ask('!told report').result).toMatchObject({
      end: 'failed',
      error: expect.stringContaining('no model'),
    });
  });

  it('says what went wrong in the agent, and that it wants a login', async () => {
    expect(await common.ask('!error').result).toMatchObject({
      end: 'failed',
      error: expect.stringContaining('the model is gone'),
    });
    expect(await acp('login').ask('hello').result).toMatchObject({
      error: expect.stringContaining('log in'),
    });
  });

  it('is ended while it opens a session that never opens', async () => {
    const { ask } = acp('no-session');
    const { abort, result } = ask('hello');
    setTimeout(() => abort.abort(), 50);
    expect(await result).toMatchObject({ end: 'cancelled' });
  });

  it('lets a notice on standard output pass', async () => {
    expect(await common.ask('!notice').result).toMatchObject({ end: 'answered', text: 'fine' });
  });

  it('chooses the model, and says so where there is none of that name', async () => {
    const { ask, agent } = acp();
    expect(await ask('hello', { model: 'big' }).result).toMatchObject({ end: 'answered' });
    expect(await common.ask('hello', { model: 'huge' }).result).toMatchObject({
      end: 'failed',
      error: expect.stringContaining('small, big'),
    });
    expect(await agent.models?.()).toEqual([]);
  });

  it('gives images as images and other files as links into its folder', async () => {
    const attachments = [
      { kind: 'photo', ref: 'a', type: 'image/png' },
      { kind: 'document', ref: 'b', name: '../../evil.txt', type: 'text/plain' },
    ] as const;
    const { result, sink } = common.ask('look', { attachments });
    expect((await result).text).toBe('you said look<image><resource_link>');
    const { cwd } = sink.states[0] as { cwd: string };
    expect(existsSync(join(cwd, '..', '..', 'evil.txt'))).toBe(false);
  });

  const request = (method: string, params: object) =>
    `!request ${JSON.stringify([method, params])}`;

  it('offers neither files nor terminals unless it is configured', async () => {
    const { ask } = common;
    const read = ask(request('fs/read_text_file', { path: '/etc/passwd' }));
    expect((await read.result).text).toContain('-32601');
    const run = ask(request('terminal/create', { command: 'id' }));
    expect((await run.result).text).toContain('-32601');
  });

  it('confines files to the folder: no other path, no "..", no symbolic link', async () => {
    const root = join(tempDir(), 'work');
    mkdirSync(root);
    writeFileSync(join(root, 'in.txt'), 'one\ntwo\nthree');
    writeFileSync(join(root, '..', 'out.txt'), 'outside');
    symlinkSync(join(root, '..', 'out.txt'), join(root, 'link.txt'));
    symlinkSync(join(root, '..'), join(root, 'up'));
    symlinkSync(join(root, '..', 'new.txt'), join(root, 'dangling.txt'));
    const { ask } = acp('normal', { fs: true, cwd: root });
    const read = async (path: string, more: object = {}) =>
      (await ask(request('fs/read_text_file', { path, ...more })).result).text;
    const write = async (path: string) =>
      (await ask(request('fs/write_text_file', { path, content: 'new' })).result).text;
    expect(await read(join(root, 'in.txt'), { line: 2, limit: 1 })).toBe('{"content":"two"}');
    for (const path of [
      'in.txt',
      '/etc/passwd',
      `${root}/../out.txt`,
      `${root}/link.txt`,
      `${root}/up/out.txt`,
    ]) {
      expect(await read(path)).toContain('"code"');
      expect(await write(path)).toContain('"code"');
    }
    expect(await write(join(root, 'dangling.txt'))).toContain('"code"');
    expect(existsSync(join(root, '..', 'new.txt'))).toBe(false);
    expect(readFileSync(join(root, '..', 'out.txt'), 'utf8')).toBe('outside');
    await write(join(root, 'made.txt'));
    expect(readFileSync(join(root, 'made.txt'), 'utf8')).toBe('new');
  });

  it('R25 keeps processes warm, bounded in number, and ends them when they idle', async () => {
    const { ask, pids, agent } = acp('normal', { max_processes: 2, idle_timeout: 1 });
    await ask('hello', { session: 'a' }).result;
    const [pid] = pids;
    await ask('hello', { session: 'a' }).result;
    expect([...pids]).toEqual([pid]);
    await ask('hello', { session: 'b' }).result;
    await ask('hello', { session: 'c' }).result;
    await eventually('one had to go', () => pids.size <= 2);
    await eventually('all have idled', () => pids.size === 0);
    await agent.close();
  });

  it('lets a turn wait when every process is at work', async () => {
    const { ask } = acp('normal', { max_processes: 1 });
    const busy = ask('!hang', { session: 'a' });
    await eventually('it works', () => busy.sink.said !== '');
    const waiting = ask('hello', { session: 'b' });
    busy.abort.abort();
    expect(await busy.result).toMatchObject({ end: 'cancelled', text: 'so far' });
    expect(await waiting.result).toMatchObject({ end: 'answered' });
  });

  it('serves many sessions by one shared process', async () => {
    const { ask, pids } = acp('normal', { process: 'shared' });
    const all = ['a', 'b', 'c'].map((session) => ask(`from ${session}`, { session }));
    const texts = (await Promise.all(all.map((a) => a.result))).map((r) => r.text);
    expect(texts).toEqual(['you said from a', 'you said from b', 'you said from c']);
    expect(pids.size).toBe(1);
  });

  it('R25 ends an agent that takes more memory than allowed, and says so', async () => {
    const { ask } = acp('normal', { max_memory: 1 }, tempDir(), 20);
    const { result } = ask('!hang');
    expect(await result).toMatchObject({
      end: 'failed',
      // It may be ended before it has said anything: it is over the limit from its start on.
      text: expect.stringMatching(/^(?:so far)?$/),
      error: expect.stringMatching(/took \d+ MiB, more than 1 \(max_memory\)/),
    });
  });

  it('a line longer than any message costs neither the answer nor the next one', async () => {
    const { ask } = common;
    expect(await ask('!line').result).toMatchObject({ end: 'answered', text: 'after it' });
    expect(await ask('hello').result).toMatchObject({ end: 'answered' });
  });

  it('R25 leaves no process behind when it is closed', async () => {
    const { ask, pids, agent } = acp();
    await ask('hello').result;
    expect(pids.size).toBe(1);
    await agent.close();
    expect(pids.size).toBe(0);
  });

  it('takes text into a running turn where the agent has the extension for it', async () => {
    const { agent } = acp('steers');
    const sink = new Recorder();
    const abort = new AbortController();
    const run = agent.start(turnInput('!hang'), sink, abort.signal);
    expect(await run.steer?.('too early')).toBe(false);
    await eventually('it works', () => sink.said !== '');
    expect(agent.capabilities.steer).toBe(true);
    expect(await run.steer?.('also this')).toBe(true);
    await eventually('it took it', () => sink.said.includes('(noted: also this)'));
    abort.abort();
    await within(run.result);
    expect(await run.steer?.('too late')).toBe(false);

    const plain = acp();
    const other = plain.agent.start(turnInput('!hang'), new Recorder(), AbortSignal.timeout(1_000));
    expect(await other.steer?.('no')).toBe(false);
    expect(plain.agent.capabilities.steer).toBe(false);
  });

  it('takes either a command or a preset', () => {
    expect(AcpOptions.safeParse({ type: 'acp' }).success).toBe(false);
    expect(AcpOptions.safeParse({ type: 'acp', preset: 'opencode' }).success).toBe(true);
    expect(AcpOptions.safeParse({ type: 'acp', preset: 'pi', command: ['x'] }).success).toBe(false);
  });
});
