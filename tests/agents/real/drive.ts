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
import { agentDeps, Recorder, type TurnMore, turnInput } from '../recorder.ts';
import { installed } from './installed.ts';
import { type Maker, setUp } from './makers.ts';

const BOUND_MS = 100_000;

/** The model's part: a tool call when asked to work, an endless answer when asked to hang. */
function scriptFor(maker: Maker): (request: ModelRequest) => ModelAnswer {
  return ({ body }) => {
    const last = body.messages.at(-1);
    const text = JSON.stringify(last?.content ?? '');
    if (body.tools === undefined) return maker.aside ?? { parts: ['A title'] };
    if (last?.role === 'tool') return { parts: ['the tool ', 'has run'] };
    if (text.includes('cut off')) return { parts: ['taken ', 'up'] };
    if (text.includes('please work')) return { toolCalls: [maker.shell('echo ran > made.txt')] };
    if (text.includes('please wait'))
      return { parts: Array.from({ length: 40 }, () => 'so '), pauseMs: 100 };
    if (text.includes('please hang')) return { parts: ['so far '], last: 'hang' };
    if (text.includes('please fail')) return { status: 400, error: 'the model is broken' };
    return { parts: ['hello ', 'there'] };
  };
}

/** What every agent that somebody else wrote has to do here, driven as the gateway drives it. */
export function drive(maker: Maker): void {
  describe(`${maker.name} ${maker.version}, as its makers publish it`, () => {
    let model: ModelServer;
    let home: string;
    let bins: string;
    let agent: Agent;
    let state: JsonValue | undefined;
    const pids = new Set<number>();

    function start(): Agent {
      const env = maker.env(model.url);
      const deps = agentDeps(home, {
        env: { PATH: [bins, process.env.PATH].join(delimiter), HOME: home, ...env },
        registerChild: ({ pid }) => {
          pids.add(pid);
          return () => pids.delete(pid);
        },
      });
      const start_timeout = BOUND_MS / 1_000;
      const options = { type: 'acp', preset: maker.preset, env: Object.keys(env), start_timeout };
      return createAcpAgent(AcpOptions.parse(options), deps);
    }

    function ask(text: string, more: TurnMore = {}) {
      const sink = new Recorder();
      // What may be done once and no more.
      sink.answer = async ({ options }) =>
        options.find(({ id, label }) => /once|^allow$|^yes/i.test(`${id} ${label}`))?.id;
      const abort = new AbortController();
      const given = state === undefined ? {} : { state };
      const run = agent.start(turnInput(text, { ...given, ...more }), sink, abort.signal);
      const result = within(run.result, BOUND_MS).finally(() => {
        state = (sink.states.at(-1) as JsonValue | undefined) ?? state;
      });
      return { sink, abort, run, result };
    }

    /** What the model was told of the conversation since a moment. */
    const toldSince = (n: number) =>
      JSON.stringify(model.requests.slice(n).flatMap((r) => (r.body.tools ? r.body.messages : [])));

    beforeAll(async () => {
      bins = await installed(maker);
      home = mkdtempSync(join(tmpdir(), 'sluice-real-'));
      model = await startModelServer(scriptFor(maker));
      setUp(maker, home, model.url);
      agent = start();
    });
    afterAll(async () => {
      await agent?.close();
      await model?.close();
      if (home !== undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    });

    it('answers a prompt', async () => {
      const result = await ask('hello').result;
      expect(result).toMatchObject({ end: 'answered' });
      expect(result.text).toMatch(/hello there$/);
    });

    it('R23 runs a tool only after the step is on disk and the person has said yes', async () => {
      const { sink, result } = ask('please work');
      expect(await result).toMatchObject({ end: 'answered' });
      expect((await result).text).toMatch(/the tool has run$/);
      const kinds = sink.order.filter((o) => !/^(text|state)/.test(o)).map((o) => o.split(':')[0]);
      expect(kinds).toEqual(['step', 'ask', 'end']);
      expect(JSON.stringify(sink.started[0]?.args)).toContain('made.txt');
      expect(existsSync(join((state as { cwd: string }).cwd, 'made.txt'))).toBe(true);
    });

    it('never reports a failed model as a good answer', async () => {
      expect(await ask('please fail').result).toMatchObject({ end: 'failed' });
    });

    it('R21 stops when it is told to, and answers the next message', async () => {
      const { sink, abort, result } = ask('please hang');
      await eventually('it said something', () => sink.said.includes('so far'), BOUND_MS);
      abort.abort();
      const ended = await result;
      expect(ended.end).toBe('cancelled');
      expect(ended.text).toContain('so far');
      expect(await ask('hello').result).toMatchObject({ end: 'answered' });
    });

    if (maker.steers) {
      it('takes text into its running turn', async () => {
        const { sink, run, result } = ask('please wait');
        await eventually('it said something', () => sink.said !== '', BOUND_MS);
        expect(await run.steer?.('also this')).toBe(true);
        expect((await result).text).toMatch(/hello there$/);
        expect(toldSince(model.requests.length - 1)).toContain('also this');
        expect(await run.steer?.('too late')).toBe(false);
      });
    }

    it('R23 takes up a turn that a restart cut off, in the conversation it had', async () => {
      const { sink } = ask('please hang');
      await eventually('it said something', () => sink.said.includes('so far'), BOUND_MS);
      await agent.close();
      expect(pids.size).toBe(0);
      agent = start();
      const before = model.requests.length;
      const said = [{ role: 'user', text: 'please work' }] as const;
      const history = maker.loads ? [] : said;
      const { sink: after, result } = ask('please hang', { attempt: 2, history });
      expect((await result).text).toMatch(/taken up$/);
      // What it replayed of its history while it loaded is shown to nobody.
      expect(after.said).not.toContain('so far');
      expect(toldSince(before)).toContain('please work');
    });

    it('R25 reports kill -9 in mid-turn as failed, and goes on after it', async () => {
      const { sink, result } = ask('please hang');
      await eventually('it said something', () => sink.said.includes('so far'), BOUND_MS);
      for (const pid of pids) process.kill(-pid, 'SIGKILL');
      expect(await result).toMatchObject({
        end: 'failed',
        text: expect.stringContaining('so far'),
        error: expect.stringContaining('SIGKILL'),
      });
      expect((await ask('hello').result).text).toMatch(/hello there$/);
    });
  });
}
