import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fault, Faults } from '../shared/faults.ts';
import { answer, bodyOf, Outages } from '../shared/http.ts';
import { Bad, Bot } from './bot.ts';
import type { Said, TopicChange } from './types.ts';

// A Bot API server for one bot, in a process of its own: HTTP as https://core.telegram.org/bots/api
// describes it, and a control address for the test. Prints its own address as its first line.

const TOKEN = '4242:telegram-token-of-a-test';
const bot = new Bot();
const faults = new Faults();
const strange: string[] = [];
const calls: { method: string; at: number; chat?: string }[] = [];
let revoked = false;
let poll: ((answer: 'conflict' | 'wake') => void) | undefined;

const outages = new Outages((request, response) => {
  handle(request, response).catch((error: Error) => {
    answer(response, {
      status: 500,
      body: { ok: false, error_code: 500, description: error.message },
    });
  });
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fake');
  const text = await bodyOf(request);
  const [, first, second, ...rest] = url.pathname.split('/');
  if (first === 'control') {
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return answer(response, { status: 200, body: (await control(second ?? '', body)) ?? {} });
  }
  if (first === 'file') return file(response, second ?? '', rest.join('/'));
  const token = first?.replace(/^bot/, '') ?? '';
  const method = second ?? '';
  if (token !== TOKEN || revoked) return refuse(response, new Bad('Unauthorized', 401));
  const args = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  const chat = args.chat_id === undefined ? {} : { chat: String(args.chat_id) };
  calls.push({ method, at: Date.now(), ...chat });
  const fault = faults.strike(method, text);
  if (fault?.kind === 'before') return void request.socket.destroy();
  if (fault?.kind === 'slow') await new Promise((done) => setTimeout(done, fault.ms ?? 0));
  if (fault?.kind === 'status') return refuse(response, refusalBy(fault), fault.retryAfter);
  let result: unknown;
  try {
    result =
      method === 'getUpdates' ? await getUpdates(request, args, fault) : bot.call(method, args);
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    if (error.code === 404) strange.push(`${method}: no such method`);
    return refuse(response, error);
  }
  if (fault?.kind === 'hold') return;
  if (fault?.kind === 'after') return void request.socket.destroy();
  if (fault?.kind === 'status-after') return refuse(response, refusalBy(fault), fault.retryAfter);
  answer(response, { status: 200, body: { ok: true, result } });
}

const refusalBy = (fault: Fault) => new Bad(fault.description ?? 'fault', fault.status ?? 500);

function refuse(response: ServerResponse, error: Bad, retryAfter?: number): void {
  answer(response, {
    status: error.code,
    body: {
      ok: false,
      error_code: error.code,
      description: error.message,
      ...(retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } }),
      ...(error.parameters === undefined ? {} : { parameters: error.parameters }),
    },
  });
}

/** Long polling: `offset` confirms what is before it; a second poll ends the first with 409. */
async function getUpdates(request: IncomingMessage, args: Record<string, unknown>, fault?: Fault) {
  if (bot.webhook !== '') {
    throw new Bad("Conflict: can't use getUpdates method while webhook is active", 409);
  }
  poll?.('conflict');
  const offset = Number(args.offset ?? 0);
  bot.confirmed.push(...bot.updates.filter((u) => u.update_id < offset));
  bot.updates = bot.updates.filter((u) => u.update_id >= offset);
  if (fault?.kind === 'duplicate') return [...bot.confirmed, ...bot.updates];
  if (bot.updates.length === 0) {
    const end = await waitForUpdates(request, Number(args.timeout ?? 0) * 1000);
    if (end === 'conflict') {
      throw new Bad(
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
        409,
      );
    }
  }
  const batch = bot.updates.slice(0, Number(args.limit ?? 100));
  return fault?.kind === 'shuffle' ? [...batch].reverse() : batch;
}

function waitForUpdates(
  request: IncomingMessage,
  ms: number,
): Promise<'conflict' | 'wake' | 'gone'> {
  return new Promise((done) => {
    const gone = () => end('gone');
    const timer = setTimeout(() => end('wake'), ms);
    const end = (why: 'conflict' | 'wake' | 'gone') => {
      clearTimeout(timer);
      request.socket.off('close', gone);
      // A later poll may be the one that waits now.
      if (poll === end) poll = undefined;
      done(why);
    };
    request.socket.on('close', gone);
    poll = end;
  });
}

function file(response: ServerResponse, bearer: string, path: string): void {
  const found = bot.files.get(decodeURIComponent(path.replace(/^documents\//, '')));
  if (bearer !== `bot${TOKEN}` || found === undefined) {
    answer(response, { status: 404, body: { ok: false } });
    return;
  }
  answer(response, {
    status: 200,
    body: found,
    headers: { 'content-type': 'application/octet-stream' },
  });
}

async function control(what: string, body: Record<string, unknown>): Promise<unknown> {
  switch (what) {
    case 'say': {
      const said = bot.say(body as unknown as Said);
      poll?.('wake');
      return said;
    }
    case 'press': {
      const { chat, user, data, message } = body as {
        chat: string;
        user: number;
        data: string;
        message: number;
      };
      bot.press(chat, user, data, message);
      poll?.('wake');
      return {};
    }
    case 'topic':
      bot.topic(body as unknown as TopicChange);
      return {};
    case 'migrate':
      bot.migrate(String(body.chat), String(body.to));
      return {};
    case 'fault':
      faults.arm(body as unknown as Fault);
      return {};
    case 'clear':
      faults.clear();
      return {};
    case 'revoke':
      revoked = body.revoked === true;
      return {};
    case 'webhook':
      bot.webhook = String(body.url ?? '');
      return {};
    case 'outage':
      setTimeout(() => void outages.outage(Number(body.ms)), 20);
      return {};
    case 'state': {
      const { messages, actions, reactions, callbacks, commands, updates } = bot;
      return { messages, actions, reactions, callbacks, commands, updates: updates.length, calls };
    }
    case 'ledger':
      return {
        delivered: bot.messages
          .filter((m) => m.bot && !m.deleted)
          .map(({ chat, id, text }) => ({ chat, id: String(id), text })),
        strange,
      };
    default:
      throw new Error(`no control ${what}`);
  }
}

process.stdout.write(`${await outages.listen()}\n`);
