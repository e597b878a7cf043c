// An ACP agent as a real process. It speaks raw JSON-RPC lines, not the SDK, so that it can misbehave.
// argv[2]: how it starts; the prompt's text: how it behaves. It keeps its sessions in files of its cwd.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const start = process.argv[2] ?? 'normal';
/** What the other side sends, as far as this agent looks at it. */
interface Params {
  readonly sessionId: string;
  readonly cwd: string;
  readonly value: string;
  readonly prompt: readonly { readonly type: string; readonly text?: string }[];
}
interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params: Params;
  readonly result?: { readonly outcome: { readonly outcome: string; readonly optionId?: string } };
  readonly error?: unknown;
}
const asked = new Map<number, (answer: Message) => void>();
const cancelled = new Map<string, () => void>();
let nextId = 1000;

const send = (message: object) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const ask = (method: string, params: object): Promise<Message> => {
  const id = nextId++;
  send({ id, method, params });
  return new Promise((resolve) => asked.set(id, resolve));
};
const update = (sessionId: string, update: object) =>
  send({ method: 'session/update', params: { sessionId, update } });
const say = (sessionId: string, text: string) =>
  update(sessionId, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
const call = (sessionId: string, toolCallId: string, more: object, kind = 'tool_call') =>
  update(sessionId, { sessionUpdate: kind, toolCallId, title: 'run ls', ...more });
/** codex-acp's extension for failures. */
const told = (severity: string, title: string) => ({
  jetbrains: { air: { version: 1, sessionFailure: { id: 'f', revision: 1, severity, title } } },
});
const logOf = (cwd: string, session: string) => join(cwd, `${session}.log`);

let cwd = process.cwd();
if (start === 'exits') process.exit(3);
if (start === 'stubborn') process.on('SIGTERM', () => {}).on('SIGINT', () => {});

const handlers: Record<string, (params: Params) => Promise<object | null> | object | null> = {
  initialize: () => ({
    protocolVersion: start === 'version' ? 99 : 1,
    agentCapabilities: {
      loadSession: start !== 'no-load',
      promptCapabilities: { image: true },
    },
    agentInfo: { name: 'fake', version: '1' },
    ...(start === 'steers' ? { _meta: { steering: { supported: true } } } : {}),
  }),
  'session/new': (params) => {
    if (start === 'login') throw { code: -32000, message: 'Authentication required' };
    if (start === 'no-session') return new Promise(() => {});
    cwd = params.cwd;
    const sessionId = `s-${process.pid}-${nextId++}`;
    appendFileSync(logOf(cwd, sessionId), '');
    return {
      sessionId,
      configOptions: [
        {
          type: 'select',
          id: 'model',
          name: 'Model',
          category: 'model',
          currentValue: 'small',
          options: [
            { value: 'small', name: 'Small' },
            { value: 'big', name: 'Big' },
          ],
        },
      ],
    };
  },
  'session/load': ({ sessionId, cwd: dir }) => {
    if (!existsSync(logOf(dir, sessionId))) throw { code: -32002, message: 'no such session' };
    cwd = dir;
    // Replays its history, as real agents do.
    for (const line of readFileSync(logOf(dir, sessionId), 'utf8').split('\n')) {
      if (line !== '') say(sessionId, `REPLAY ${line}`);
    }
    return null;
  },
  'session/set_config_option': ({ value }) => {
    say('', `model ${value}`);
    appendFileSync(join(cwd, 'model.txt'), value);
    return { configOptions: [] };
  },
  '_session/steering': ({ sessionId, prompt }) => {
    if (!cancelled.has(sessionId)) return { outcome: 'promptRequired' };
    say(sessionId, ` (noted: ${prompt[0]?.text})`);
    return { outcome: 'injected' };
  },
  'session/prompt': ({ sessionId, prompt }) => promptTurn(sessionId, prompt),
};

async function promptTurn(s: string, prompt: Params['prompt']): Promise<object> {
  const text = prompt.map((b) => b.text ?? `<${b.type}>`).join('');
  appendFileSync(logOf(cwd, s), `${text.replaceAll('\n', ' ')}\n`);
  const word = /(?:^|\n)!(\S+)/.exec(text)?.[1];
  const done = (stopReason = 'end_turn') => ({ stopReason });
  switch (word) {
    case undefined:
      update(s, { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'hm' } });
      say(s, 'you ');
      say(s, `said ${text}`);
      return { ...done(), usage: { totalTokens: 9, inputTokens: 7, outputTokens: 2 } };
    case 'step':
      update(s, {
        sessionUpdate: 'plan',
        entries: [{ content: 'look', priority: 'high', status: 'pending' }],
      });
      call(s, 'c1', { kind: 'execute', status: 'pending', rawInput: {} });
      call(s, 'c1', { status: 'in_progress', rawInput: { command: 'ls' } }, 'tool_call_update');
      call(
        s,
        'c1',
        {
          status: 'completed',
          content: [{ type: 'content', content: { type: 'text', text: 'a b' } }],
        },
        'tool_call_update',
      );
      update(s, {
        sessionUpdate: 'usage_update',
        used: 10,
        size: 100,
        cost: { amount: 0.25, currency: 'USD' },
      });
      update(s, { sessionUpdate: 'some_future_kind', value: 1 });
      say(s, 'done');
      return done();
    case 'told':
      update(s, { sessionUpdate: 'current_mode_update', currentModeId: 'careful' });
      update(s, { sessionUpdate: 'session_info_update', _meta: told('notice', 'a small thing') });
      say(s, text.includes('report') ? '{"error":{"message":"no model"}}' : 'so far');
      if (text.includes('report')) return done();
      update(s, { sessionUpdate: 'session_info_update', _meta: told('error', 'quota is over') });
      return done();
    case 'permission': {
      const options = ['allow_once', 'allow_always', 'reject_once'].map((kind) => ({
        optionId: `o-${kind}`,
        name: kind,
        kind,
      }));
      const toolCall = { toolCallId: 'p1', title: 'rm x', kind: 'execute', rawInput: { rm: 'x' } };
      const answer = await ask('session/request_permission', { sessionId: s, toolCall, options });
      const { outcome } = answer.result as NonNullable<Message['result']>;
      say(s, `outcome ${outcome.optionId ?? outcome.outcome}`);
      return done(outcome.outcome === 'cancelled' ? 'cancelled' : 'end_turn');
    }
    case 'request': {
      const [method, params] = JSON.parse(text.slice(text.indexOf('!request') + 8));
      const answer = await ask(method, { sessionId: s, ...params });
      say(s, JSON.stringify(answer.error ?? answer.result ?? null));
      return done();
    }
    case 'plan':
      update(s, {
        sessionUpdate: 'plan',
        entries: [
          { content: 'Look around', priority: 'high', status: 'completed' },
          { content: 'Write the tests', priority: 'high', status: 'in_progress' },
          { content: 'Tell of it', priority: 'low', status: 'pending' },
        ],
      });
      await new Promise<void>((resolve) => cancelled.set(s, resolve));
      return done('cancelled');
    case 'hang':
      say(s, 'so far');
      await new Promise<void>((resolve) => cancelled.set(s, resolve));
      return done('cancelled');
    case 'deaf':
      say(s, 'so far');
      return new Promise(() => {});
    case 'crash':
      say(s, 'so far');
      setTimeout(() => process.exit(9), 20);
      return new Promise(() => {});
    case 'garbage':
      say(s, 'so far');
      setTimeout(() => process.stdout.write('%% no message\n'.repeat(200)), 20);
      return new Promise(() => {});
    case 'notice':
      process.stdout.write('Update available!\n');
      say(s, 'fine');
      return done();
    case 'long':
      for (let n = 0; n < 3000; n++) say(s, `word${n} `.repeat(3));
      return done();
    case 'pour': {
      const block = 'x'.repeat(65_536);
      let stopped = false;
      cancelled.set(s, () => {
        stopped = true;
      });
      for (let n = 0; n < 1_600 && !stopped; n++) {
        say(s, block);
        if (process.stdout.writableNeedDrain)
          await new Promise((drained) => process.stdout.once('drain', drained));
      }
      return done();
    }
    case 'line':
      process.stdout.write(`${'x'.repeat(40 * 1_048_576)}\n`);
      say(s, 'after it');
      return done();
    case 'stamps':
      for (let n = 0; n < 200; n++) {
        say(s, `@${(performance.timeOrigin + performance.now()).toFixed(3)} `);
        await new Promise((next) => setTimeout(next, 2));
      }
      return done();
    case 'error':
      throw { code: -32603, message: 'Internal error', data: { details: 'the model is gone' } };
    case 'stop':
      say(s, /!stop \S+ quiet/.test(text) ? '' : 'so far');
      return done(/!stop (\S+)/.exec(text)?.[1]);
    default:
      return done();
  }
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const message = JSON.parse(line) as Message;
  if (message.method === 'session/cancel') return cancelled.get(message.params.sessionId)?.();
  if (message.method === undefined) return asked.get(message.id as number)?.(message);
  try {
    const handler = handlers[message.method];
    if (handler === undefined) throw { code: -32601, message: 'Method not found' };
    send({ id: message.id, result: await handler(message.params) });
  } catch (error) {
    send({ id: message.id, error });
  }
});
process.stdin.on('end', () => {
  if (start !== 'stubborn') process.exit(0);
});
