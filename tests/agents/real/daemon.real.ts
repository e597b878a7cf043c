import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allPids, variableOf } from '../../../gateway/supervisor/processTable.ts';
import {
  type ModelAnswer,
  type ModelRequest,
  type ModelServer,
  startModelServer,
} from '../../fakes/agents/modelServer.ts';
import { post } from '../../harness/ask.ts';
import { Daemon } from '../../harness/daemonProcess.ts';
import { eventually } from '../../harness/eventually.ts';
import { makeTempDir } from '../../harness/temp.ts';
import { Follower } from '../../platforms/web/sse.ts';
import { installed } from './installed.ts';
import { MAKERS } from './makers.ts';

const BOUND_MS = 100_000;
const maker = MAKERS.opencode;

function script({ body }: ModelRequest): ModelAnswer {
  const last = body.messages.at(-1);
  const text = JSON.stringify(last?.content ?? '');
  if (body.tools === undefined) return { parts: ['A title'] };
  if (last?.role === 'tool') return { parts: ['the tool ', 'has run'] };
  if (text.includes('please work')) return { toolCalls: [maker.shell('echo ran >> made.txt')] };
  if (text.includes('cut off')) return { parts: ['taken ', 'up'] };
  if (text.includes('please hang')) return { parts: ['so far '], last: 'hang' };
  return { parts: ['hello'], usage: { prompt_tokens: 12, completion_tokens: 3 } };
}

describe('the gateway with opencode as its agent', () => {
  let model: ModelServer;
  let daemon: Daemon;
  let remove = () => {};
  let said = 0;
  /** Says something on the page; resolves with the reply, whatever happens to the gateway meanwhile. */
  async function say(text: string): Promise<string> {
    const body = JSON.stringify({ clientId: `client-${++said}`, chat: 'chat', text });
    const { body: taken } = await post(daemon.port, '/api/messages', body);
    const { id } = JSON.parse(taken) as { id: string };
    const done = await daemon.until(
      `answers "${text}"`,
      async () => {
        const { message } = await daemon.client.trace(id).catch(() => ({ message: undefined }));
        return message?.state === 'done' ? message : undefined;
      },
      BOUND_MS,
    );
    return done.reply ?? '';
  }
  const follow = () => new Follower(`http://127.0.0.1:${daemon.port}/api/events`);
  const heard = (follower: Follower) =>
    JSON.stringify(follower.of('text').map((e) => e.data.delta));
  /** The processes of agents: they have the user's home and not the gateway's own variables. */
  const agentPids = () =>
    allPids().filter(
      (pid) =>
        variableOf(pid, 'HOME') === join(daemon.dir, 'user') &&
        variableOf(pid, 'OPENCODE_CONFIG_CONTENT') !== undefined &&
        variableOf(pid, 'SLUICE_TEST_DAEMON') === undefined,
    );

  beforeAll(async () => {
    const bins = await installed(maker);
    model = await startModelServer(script);
    const env = maker.env(model.url);
    const temp = makeTempDir();
    remove = temp.remove;
    daemon = new Daemon({
      dir: temp.dir,
      env: { ...env, PATH: [bins, process.env.PATH].join(delimiter) },
      config: [
        'agent: { default: coder }',
        `agents: { coder: { type: acp, preset: ${maker.preset}, start_timeout: 100, env: [${Object.keys(env)}] } }`,
        'display: { busy_input_mode: queue }',
      ].join('\n'),
    });
    await daemon.ready(BOUND_MS);
  });
  afterAll(async () => {
    await daemon?.endAll();
    await model?.close();
    remove();
  });

  it('answers, and shows what was used', async () => {
    expect(await say('hello')).toBe('hello');
    const [session] = await daemon.client.sessions({});
    expect(session?.usage).toMatchObject({ inputTokens: 12, outputTokens: 3 });
  });

  it('R21 a tool that waits for permission survives a hand-over, and runs once', async () => {
    const before = follow();
    const asking = say('please work');
    await eventually('it asks', () => before.of('asked').length === 1, BOUND_MS);
    const { generation } = await daemon.status();
    await daemon.client.restart({ by: 'test' });
    await daemon.untilStatus('is the next one', (s) => s.generation > generation, BOUND_MS);
    const after = follow();
    await daemon.untilStatus('waits again', (s) => s.turns[0]?.waitingFor === 'human', BOUND_MS);
    expect(await say('1')).toBe('');
    expect(await asking).toBe('the tool has run');
    expect(after.of('asked').every((e) => e.data.again === true)).toBe(true);
    const work = join(daemon.home, 'work', 'coder');
    const made = readdirSync(work)
      .map((folder) => join(work, folder, 'made.txt'))
      .filter((path) => existsSync(path));
    expect(made.map((path) => readFileSync(path, 'utf8'))).toEqual(['ran\n']);
  });

  it('R23 a turn that a forced restart cut off is taken up in the conversation it had', async () => {
    const follower = follow();
    const asking = say('please hang');
    await eventually('it speaks', () => heard(follower).includes('so far'), BOUND_MS);
    const before = model.requests.length;
    await daemon.client.restart({ by: 'test', force: true });
    expect(await asking).toBe('taken up');
    const told = model.requests.slice(before).filter((r) => r.body.tools !== undefined);
    expect(JSON.stringify(told[0]?.body.messages)).toContain('please work');
  });

  it('R23 R25 kill -9 in mid-turn: the agent of the dead is swept, and its turn is taken up', async () => {
    const follower = follow();
    const asking = say('please hang');
    await eventually('it speaks', () => heard(follower).includes('so far'), BOUND_MS);
    const agents = agentPids();
    expect(agents.length).toBeGreaterThan(0);
    await daemon.killGeneration();
    expect(await asking).toBe('taken up');
    await eventually('the old agent is gone', () =>
      agentPids().every((pid) => !agents.includes(pid)),
    );
  });
});
