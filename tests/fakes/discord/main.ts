import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fault, Faults } from '../shared/faults.ts';
import { answer, bodyOf, Outages } from '../shared/http.ts';
import { FakeGateway } from './gateway.ts';
import { APPLICATION, Bad, BOT, GUILD, World } from './server.ts';
import type { Channel, Said } from './types.ts';

// Discord's REST API and gateway for one bot, in a process of its own, and a control address for the
// test. Prints its own address as its first line.

const TOKEN = 'discord.token-of.a-test';
const world = new World();
const faults = new Faults();
const strange: string[] = [];
const calls: { method: string; at: number; channel?: string }[] = [];
let revoked = false;
let sessionsLeft = 1000;
/** What the bot may: the application's flags, and its permissions on the server. */
const rights = { flags: String(1 << 18), permissions: String(8) };

/** ADMINISTRATOR or MANAGE_THREADS: https://discord.com/developers/docs/topics/permissions */
world.managesThreads = () => (BigInt(rights.permissions) & (8n | (1n << 34n))) !== 0n;

const outages = new Outages((request, response) => {
  handle(request, response).catch((error: Error) => {
    answer(response, { status: 500, body: { message: error.message } });
  });
});
const gateway = new FakeGateway(outages.server, world, TOKEN);

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fake');
  const text = await bodyOf(request);
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  const [, first, second, ...rest] = url.pathname.split('/');
  if (first === 'control') {
    answer(response, { status: 200, body: control(second ?? '', body) ?? {} });
    return;
  }
  if (first === 'cdn') {
    const found = world.files.get(second ?? '');
    answer(response, {
      status: found ? 200 : 404,
      body: Buffer.from(found ?? ''),
      headers: { 'content-type': 'text/plain' },
    });
    return;
  }
  const path = rest.map(decodeURIComponent);
  const unsigned = path[0] === 'interactions' || path[0] === 'webhooks';
  if (!unsigned && (revoked || request.headers.authorization !== `Bot ${TOKEN}`)) {
    answer(response, { status: 401, body: { message: '401: Unauthorized', code: 0 } });
    return;
  }
  const method = nameOf(request.method ?? '', path);
  calls.push({
    method,
    at: Date.now(),
    ...(path[0] === 'channels' && path[1] ? { channel: path[1] } : {}),
  });
  const fault = faults.strike(method, text);
  if (fault?.kind === 'before') return void request.socket.destroy();
  if (fault?.kind === 'slow') await new Promise((done) => setTimeout(done, fault.ms ?? 0));
  if (fault?.kind === 'status') return refuse(response, fault);
  let result: unknown;
  try {
    result = call(method, path, body, url);
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    answer(response, { status: error.status, body: { message: error.message, code: error.code } });
    return;
  }
  if (fault?.kind === 'hold') return;
  if (fault?.kind === 'after') return void request.socket.destroy();
  if (fault?.kind === 'status-after') return refuse(response, fault);
  if (result === undefined) {
    response.writeHead(204).end();
    return;
  }
  answer(response, { status: 200, body: result });
}

function refuse(response: ServerResponse, { status = 500, retryAfter }: Fault): void {
  answer(response, {
    status,
    body: {
      message: 'fault',
      code: 0,
      ...(retryAfter === undefined ? {} : { retry_after: retryAfter, global: false }),
    },
    headers:
      retryAfter === undefined
        ? {}
        : { 'retry-after': String(retryAfter), 'x-ratelimit-scope': 'user' },
  });
}

/** A request's name for faults: `POST messages`, `PATCH message`, `GET gateway`. */
function nameOf(method: string, path: string[]): string {
  if (path[0] === 'channels') {
    if (path[2] === undefined) return `${method} channel`;
    if (path[2] === 'typing') return `${method} typing`;
    if (path[4] === 'threads') return `${method} thread`;
    return path[3] === undefined ? `${method} messages` : `${method} message`;
  }
  if (path[0] === 'applications')
    return path[1] === '@me' ? `${method} application` : `${method} commands`;
  if (path[0] === 'interactions') return `${method} callback`;
  if (path[0] === 'users') return path[2] === 'guilds' ? `${method} guilds` : `${method} user`;
  if (path[0] === 'webhooks') return `${method} original`;
  return `${method} ${path[0] ?? ''}`;
}

function call(method: string, path: string[], body: Record<string, unknown>, url: URL): unknown {
  const [, first = '', , third = ''] = path;
  switch (method) {
    case 'GET application':
      return {
        id: APPLICATION,
        name: 'Sluice',
        bot: { id: BOT, username: 'sluice' },
        flags: Number(rights.flags),
      };
    case 'GET user':
      return { id: BOT, username: 'sluice' };
    case 'GET guilds':
      return [{ id: GUILD, name: 'Mill', permissions: rights.permissions }];
    case 'GET gateway':
      return {
        url: gateway.url,
        shards: 1,
        session_start_limit: {
          total: 1000,
          remaining: sessionsLeft,
          reset_after: 60_000,
          max_concurrency: 1,
        },
      };
    case 'PUT commands':
      world.commands = body;
      return body;
    case 'GET channel': {
      const found = world.channels.get(first);
      if (found === undefined) throw new Bad(404, 10003, 'Unknown Channel');
      return found;
    }
    case 'PATCH channel':
      return world.patchChannel(first, body);
    case 'GET messages':
      return world.after(
        first,
        url.searchParams.get('after') ?? '0',
        Number(url.searchParams.get('limit') ?? 50),
      );
    case 'GET message':
      return world.view(world.find(first, third), false);
    case 'POST messages':
      return world.post(first, body);
    case 'PATCH message':
      return world.patch(first, third, body);
    case 'DELETE message':
      world.find(first, third).deleted = true;
      return undefined;
    case 'POST typing':
      world.typing.push(first);
      return undefined;
    case 'POST thread':
      return world.thread(first, third);
    case 'POST callback':
      world.callback(first, path[2] ?? '', body as { type: number });
      return undefined;
    case 'PATCH original':
      return world.editOriginal(path[2] ?? '', body);
    default:
      strange.push(`${method} ${path.join('/')}`);
      throw new Bad(404, 0, '404: Not Found');
  }
}

function control(what: string, body: Record<string, unknown>): unknown {
  const { channel, user, name, args, message } = body as Record<string, string>;
  switch (what) {
    case 'say':
      return world.say(body as unknown as Said);
    case 'slash':
      return world.slash(channel ?? '', user ?? '', name ?? '', args);
    case 'press':
      return world.press(channel ?? '', user ?? '', String(body.data), message ?? '');
    case 'fault':
      return faults.arm(body as unknown as Fault);
    case 'clear':
      return faults.clear();
    case 'revoke':
      revoked = body.revoked === true;
      return {};
    case 'rights':
      return Object.assign(rights, body);
    case 'thread':
      return world.change(String(body.id), body.state as 'deleted');
    case 'open': {
      const made = { guild_id: GUILD, ...body } as unknown as Channel;
      return void world.channels.set(made.id, made);
    }
    case 'close':
      return gateway.close(Number(body.code));
    case 'forget':
      return gateway.forget();
    case 'set':
      gateway.deaf = body.deaf === true;
      gateway.hung = body.hung === true;
      gateway.refuses = body.refuses === true;
      if (gateway.refuses) gateway.close(0);
      if (body.heartbeatMs !== undefined) gateway.heartbeatMs = Number(body.heartbeatMs);
      if (body.sessionsLeft !== undefined) sessionsLeft = Number(body.sessionsLeft);
      return {};
    case 'outage':
      gateway.close(0);
      setTimeout(() => void outages.outage(Number(body.ms)), 20);
      return {};
    case 'state': {
      const { messages, typing, callbacks, commands } = world;
      const { identifies, resumes, closes, refused } = gateway;
      return { messages, typing, callbacks, commands, identifies, resumes, closes, refused, calls };
    }
    case 'ledger':
      return {
        delivered: world.messages
          .filter((m) => m.bot && !m.deleted)
          .map(({ channel: chat, id, content }) => ({ chat, id, text: content })),
        strange: [...strange, ...gateway.strange],
      };
    default:
      throw new Error(`no control ${what}`);
  }
}

const address = await outages.listen();
world.origin = address;
gateway.url = address.replace('http', 'ws');
process.stdout.write(`${address}\n`);
