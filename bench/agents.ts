import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAcpAgent } from '../gateway/agents/acp/acpAgent.ts';
import { AcpOptions } from '../gateway/agents/acp/options.ts';
import type { Agent, TurnInput, TurnSink } from '../gateway/agents/agent.ts';
import { createChatAgent } from '../gateway/agents/chat/chatAgent.ts';
import { ChatOptions } from '../gateway/agents/chat/options.ts';
import { createDemoAgent } from '../gateway/agents/demo/demoAgent.ts';
import type { AgentDeps } from '../gateway/agents/deps.ts';
import { ProcessOptions } from '../gateway/agents/process/options.ts';
import { createProcessAgent } from '../gateway/agents/process/processAgent.ts';
import type { Clock } from '../gateway/core/clock.ts';
import { startModelServer } from '../tests/fakes/agents/modelServer.ts';
import { added, throughGateway } from './agentsThrough.ts';

const FAKE_ACP = new URL('../tests/fakes/agents/acpAgent.ts', import.meta.url).pathname;
const SESSIONS = 200;
const IDLE_SESSIONS = 4;

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

function turnOf(text: string, session = 'bench'): TurnInput {
  const nothing = { attachments: [], history: async () => [], priorSteps: [] };
  return { turn: 't', session, lane: session, attempt: 1, text, ...nothing };
}

function sinkOf(text: (delta: string) => void): TurnSink {
  return {
    text,
    thought() {},
    plan() {},
    stepStarts: async () => {},
    stepEnds: async () => {},
    saveState: async () => {},
    ask: async () => undefined,
  };
}

async function ask(
  agent: Agent,
  text: string,
  heard: (delta: string) => void = () => {},
  session?: string,
) {
  const run = agent.start(turnOf(text, session), sinkOf(heard), new AbortController().signal);
  const result = await run.result;
  if (result.end !== 'answered') throw new Error(`${agent.name}: ${JSON.stringify(result)}`);
}

function p(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const row = (what: string, value: string) => process.stdout.write(`  ${what.padEnd(58)}${value}\n`);

/** Proportional set size of a process in MiB (Linux); undefined elsewhere. */
function pssOf(pid: number): number | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

/** The delay from a token's leaving the model or agent to the sink, by the time it carries. */
async function delays(agent: Agent, text: string): Promise<number[]> {
  const found: number[] = [];
  await ask(agent, text, (delta) => {
    // Two tokens that arrive in one read come in one delta: the last is the youngest.
    for (const [, at] of delta.matchAll(/@(\d+\.\d+) /g)) {
      found.push(performance.timeOrigin + performance.now() - Number(at));
    }
  });
  return found;
}

/** Agents: time added to a token, start of a process, memory of an idle session, sessions at once. */
export async function benchAgents(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const children: number[] = [];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const deps: AgentDeps = {
    clock,
    log,
    home,
    env: process.env,
    registerChild: ({ pid }) => {
      children.push(pid);
      return () => {};
    },
  };
  process.stdout.write('agents\n');
  const stamp = () => `@${(performance.timeOrigin + performance.now()).toFixed(3)} `;
  const server = await startModelServer((request) => {
    const many = JSON.stringify(request.body.messages).includes('many');
    if (many) return { parts: Array.from({ length: 50 }, (_, n) => `w${n} `), pauseMs: 10 };
    return { parts: Array.from({ length: 200 }, () => stamp), pauseMs: 2 };
  });
  const chat = createChatAgent(
    ChatOptions.parse({ type: 'chat', base_url: server.url, model: 'scripted' }),
    deps,
  );
  const acp = createAcpAgent(
    AcpOptions.parse({
      type: 'acp',
      command: [process.execPath, FAKE_ACP, 'normal'],
      max_processes: 16,
    }),
    deps,
  );
  try {
    const demo = createDemoAgent({ clock });
    const began = performance.now();
    for (let n = 0; n < 20_000; n++) await ask(demo, '/say hello');
    row('demo, /say: turns a second', ((20_000 / (performance.now() - began)) * 1_000).toFixed(0));

    await ask(chat, 'many');
    const fromModel = await delays(chat, 'stamps');
    row('chat: model to sink, p50 / p99', `${ms(p(fromModel, 0.5))} / ${ms(p(fromModel, 0.99))}`);

    const cold = performance.now();
    await ask(acp, 'hello');
    row('acp: first answer of a cold agent (fake, Node)', ms(performance.now() - cold));
    const warm: number[] = [];
    for (let n = 0; n < 50; n++) {
      const at = performance.now();
      await ask(acp, 'hello');
      warm.push(performance.now() - at);
    }
    row('acp: answer of a warm agent, p50', ms(p(warm, 0.5)));
    const fromAgent = await delays(acp, '!stamps');
    row('acp: agent to sink, p50 / p99', `${ms(p(fromAgent, 0.5))} / ${ms(p(fromAgent, 0.99))}`);

    const before = process.memoryUsage().rss;
    for (let n = 0; n < IDLE_SESSIONS; n++) await ask(acp, 'hello', undefined, `idle-${n}`);
    const own = (process.memoryUsage().rss - before) / IDLE_SESSIONS / 1_048_576;
    const theirs = children.map(pssOf).filter((size) => size !== undefined);
    row('acp: memory of an idle session in the gateway', `${own.toFixed(1)} MiB`);
    row(
      'acp: memory of an idle agent process (fake, Node), PSS',
      `${p(theirs, 0.5).toFixed(0)} MiB`,
    );

    const command = [process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];
    const program = createProcessAgent(ProcessOptions.parse({ type: 'process', command }), deps);
    const runs: number[] = [];
    for (let n = 0; n < 10; n++) {
      const at = performance.now();
      await ask(program, 'hello');
      runs.push(performance.now() - at);
    }
    row('process: a whole turn of a Node program, p50', ms(p(runs, 0.5)));

    const through = await throughGateway(server.url);
    row(
      'chat: model to client, straight, p50 / p99',
      `${ms(p(through.direct, 0.5))} / ${ms(p(through.direct, 0.99))}`,
    );
    row(
      'chat: model to client by the gateway, p50 / p99',
      `${ms(p(through.gateway, 0.5))} / ${ms(p(through.gateway, 0.99))}`,
    );
    row('chat: added by the gateway, p50', ms(added(through, 0.5)));
    row(
      `chat: ${SESSIONS} sessions by the gateway at once, 50 words each`,
      `${ms(through.many.ms)}, ${((through.many.words / through.many.ms) * 1_000).toFixed(0)} words/s`,
    );

    const at = performance.now();
    let tokens = 0;
    const count = () => {
      tokens += 1;
    };
    await Promise.all(
      Array.from({ length: SESSIONS }, (_, n) => ask(chat, 'many', count, `many-${n}`)),
    );
    const took = performance.now() - at;
    row(
      `chat: ${SESSIONS} sessions at once, 50 words each, 10 ms apart`,
      `${ms(took)}, ${((tokens / took) * 1_000).toFixed(0)} words/s`,
    );
  } finally {
    await acp.close();
    await chat.close();
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

if (import.meta.main) await benchAgents();
