import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAcpAgent } from '../../../gateway/agents/acp/acpAgent.ts';
import { AcpOptions } from '../../../gateway/agents/acp/options.ts';
import type { Agent } from '../../../gateway/agents/agent.ts';
import type { JsonValue } from '../../../gateway/core/message.ts';
import {
  type ModelAnswer,
  type ModelRequest,
  type ModelServer,
  startModelServer,
} from '../../fakes/agents/modelServer.ts';
import { eventually } from '../../harness/eventually.ts';
import { within } from '../contract.ts';
import { agentDeps, Recorder, turnInput } from '../recorder.ts';

const VERSION = '1.18.33';
const BOUND_MS = 100_000;

/** The model's part: a tool call when asked to work, an endless answer when asked to hang. */
function script({ body }: ModelRequest): ModelAnswer {
  const last = body.messages.at(-1);
  const text = JSON.stringify(last?.content ?? '');
  if (body.tools === undefined) return { parts: ['A title'] };
  if (last?.role === 'tool') return { parts: ['the tool ', 'has run'] };
  if (text.includes('please work')) {
    const args = { command: 'echo ran > made.txt', description: 'makes a file' };
    return { toolCalls: [{ name: 'bash', args }] };
  }
  if (text.includes('please hang')) return { parts: ['so far '], last: 'hang' };
  return { parts: ['hello ', 'there'] };
}

describe('opencode, as its makers publish it', () => {
  let model: ModelServer;
  let home: string;
  let bins: string;
  let agent: Agent;
  let state: JsonValue | undefined;
  const pids = new Set<number>();

  function start(): Agent {
    const local = {
      npm: '@ai-sdk/openai-compatible',
      options: { baseURL: model.url, apiKey: 'none' },
      models: { scripted: { name: 'Scripted' } },
    };
    const config = {
      provider: { local },
      model: 'local/scripted',
      small_model: 'local/scripted',
      permission: { bash: 'ask' },
      autoupdate: false,
      share: 'disabled',
    };
    const deps = agentDeps(home, {
      env: {
        PATH: [bins, process.env.PATH].join(delimiter),
        HOME: home,
        OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
      },
      registerChild: ({ pid }) => {
        pids.add(pid);
        return () => pids.delete(pid);
      },
    });
    const options = { type: 'acp', preset: 'opencode', env: ['OPENCODE_CONFIG_CONTENT'] };
    return createAcpAgent(AcpOptions.parse(options), deps);
  }

  function ask(text: string) {
    const sink = new Recorder();
    const abort = new AbortController();
    const given = state === undefined ? {} : { state };
    const run = agent.start(turnInput(text, given), sink, abort.signal);
    const result = within(run.result, BOUND_MS).finally(() => {
      state = (sink.states.at(-1) as JsonValue | undefined) ?? state;
    });
    return { sink, abort, result };
  }

  beforeAll(async () => {
    const { installed } = await import('./installed.ts');
    bins = await installed({ name: 'opencode-ai', version: VERSION, prepare: 'postinstall.mjs' });
    home = mkdtempSync(join(tmpdir(), 'sluice-opencode-'));
    model = await startModelServer(script);
    agent = start();
  });
  afterAll(async () => {
    await agent?.close();
    await model?.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it('answers a prompt', async () => {
    expect(await ask('hello').result).toMatchObject({ end: 'answered', text: 'hello there' });
  });

  it('R23 runs a tool only after the step is on disk and the person has said yes', async () => {
    const { sink, result } = ask('please work');
    expect(await result).toMatchObject({ end: 'answered', text: 'the tool has run' });
    const kinds = sink.order.filter((o) => o !== 'text').map((o) => o.split(':')[0]);
    expect(kinds).toEqual(['step', 'ask', 'end']);
    expect(JSON.stringify(sink.started[0]?.args)).toContain('made.txt');
    expect(existsSync(join((state as { cwd: string }).cwd, 'made.txt'))).toBe(true);
  });

  it('R21 stops when it is told to, and answers the next message', async () => {
    const { sink, abort, result } = ask('please hang');
    await eventually('it said something', () => sink.said !== '', BOUND_MS);
    abort.abort();
    expect(await result).toMatchObject({ end: 'cancelled', text: 'so far ' });
    expect(await ask('hello').result).toMatchObject({ end: 'answered' });
  });

  it('R23 goes on with its conversation in a new process', async () => {
    await agent.close();
    expect(pids.size).toBe(0);
    agent = start();
    const before = model.requests.length;
    expect(await ask('hello again').result).toMatchObject({ text: 'hello there' });
    const prompts = model.requests.slice(before).filter((r) => r.body.tools !== undefined);
    expect(JSON.stringify(prompts[0]?.body.messages)).toContain('please work');
  });

  it('R25 reports kill -9 in mid-turn as failed, and goes on after it', async () => {
    const { sink, result } = ask('please hang');
    await eventually('it said something', () => sink.said !== '', BOUND_MS);
    for (const pid of pids) process.kill(-pid, 'SIGKILL');
    expect(await result).toMatchObject({
      end: 'failed',
      text: 'so far ',
      error: expect.stringContaining('SIGKILL'),
    });
    expect(await ask('hello').result).toMatchObject({ end: 'answered', text: 'hello there' });
  });
});
