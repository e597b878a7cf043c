import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { z } from 'zod';
import { isRefusal } from '../../../core/refusal.ts';
import type { Host } from '../../platform.ts';
import { checkText } from '../api/chatRequest.ts';
import { readJson } from '../http/body.ts';
import { Problem, refusalProblem } from '../http/problem.ts';
import type { LiveTurn, LiveTurns } from '../liveTurns.ts';
import type { WebLimits } from '../options.ts';
import type { StatusView } from '../statusView.ts';
import type { PageEvents } from './pageEvents.ts';
import { Titles } from './titles.ts';

export interface PageApiDeps {
  readonly host: Host;
  readonly account: string;
  readonly live: LiveTurns;
  readonly events: PageEvents;
  readonly status: StatusView;
  readonly limits: WebLimits;
}

type Env = { Bindings: HttpBindings };

const BY = 'web';

const Send = z.object({
  clientId: z.string().regex(/^[\w-]{8,64}$/, 'expected 8 to 64 letters, digits, dashes'),
  chat: z.string().regex(/^[\w.-]{1,80}$/, 'expected 1 to 80 letters, digits, dots, dashes'),
  text: z.string().min(1),
});
const Title = z.object({ title: z.string().trim().min(1).max(200) });
const Lane = z.object({ lane: z.string().min(1).max(1000) });
const Answer = z.object({ question: z.string(), option: z.string() });
const Restart = z.object({ force: z.boolean().optional(), whenIdle: z.boolean().optional() });
const Drain = z.object({ minutes: z.number().positive().max(1440).optional() });

/** What the page asks and orders, under `/api`. All of it is the gateway's own `Operations`. */
export function pageApi(deps: PageApiDeps): Hono<Env> {
  const { host, live, events, status, limits } = deps;
  const { operations } = host;
  const api = new Hono<Env>();
  const titles = new Titles(host);
  const body = async <T>(c: { env: HttpBindings }, schema: z.ZodType<T>): Promise<T> => {
    const { value } = await readJson(c.env.incoming, limits.maxBody);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const path = issue?.path.map(String).join('.') || 'body';
    throw new Problem(400, 'invalid_request', `\`${path}\`: ${issue?.message}.`, { param: path });
  };

  api.get('/events', (c) => {
    if (c.req.method === 'HEAD') return c.body(null, 200);
    const last = c.req.header('last-event-id') ?? c.req.query('last');
    events.stream(c.env.outgoing as never, last, limits);
    return RESPONSE_ALREADY_SENT;
  });

  api.get('/snapshot', async (c) => {
    const [now, queue] = await Promise.all([status.get(), operations.queue({ limit: 500 })]);
    events.flush();
    // Read last and in one step, so that the id and the texts belong together.
    return c.json({
      eventId: events.ring.lastId,
      status: now,
      queue,
      live: live.running().map((turn) => liveView(turn, live)),
      said: events.said(),
      commands: operations.commands(),
    });
  });

  api.get('/status', async (c) => c.json(await status.get(200)));
  api.get('/queue', async (c) => c.json(await operations.queue({ limit: 500 })));

  api.get('/sessions', async (c) => {
    const search = c.req.query('search')?.trim().slice(0, 200);
    const limit = intOf(c.req.query('limit'), 100, 500);
    return c.json(await operations.sessions({ ...(search ? { search } : {}), limit }));
  });
  api.post('/sessions', async (c) =>
    c.json(await operations.newSession((await body(c, Lane)).lane)),
  );
  api.patch('/sessions/:id', async (c) => {
    const { title } = await body(c, Title);
    await operations.renameSession(c.req.param('id'), checkText(title, 'title'));
    return c.json({ ok: true });
  });
  api.get('/sessions/:id/transcript', async (c) => {
    const before = c.req.query('before');
    const limit = intOf(c.req.query('limit'), 50, 200);
    const page = before === undefined ? { limit } : { before: intOf(before, 1, 2 ** 52), limit };
    const entries = await operations.transcript(c.req.param('id'), page);
    return c.json([...entries].sort((a, b) => a.seq - b.seq));
  });

  api.post('/messages', async (c) => {
    const { clientId, chat, text } = await body(c, Send);
    const received = await host.receive({
      address: { platform: 'web', account: deps.account, chat },
      updateId: `page:${clientId}`,
      sender: { id: 'owner', name: 'You', role: 'owner' },
      direct: false,
      text: checkText(text, 'text'),
      attachments: [],
    });
    if (isRefusal(received)) throw refusalProblem(received);
    const { id, lane, session, ahead, duplicate } = received;
    if (!duplicate) void titles.heard(session, lane, text);
    return c.json({ id, lane, session, ahead, duplicate });
  });
  api.get('/messages/:id', async (c) => c.json(await operations.trace(c.req.param('id'))));
  api.delete('/messages/:id', async (c) => {
    await operations.removeQueued(c.req.param('id'), BY);
    return c.json({ ok: true });
  });

  api.post('/turns/:id/stop', async (c) => {
    await operations.stopTurn(c.req.param('id'), BY);
    return c.json({ ok: true });
  });
  api.post('/turns/:id/answer', async (c) => {
    const { question, option } = await body(c, Answer);
    const turn = c.req.param('id');
    await operations.answer(turn, question, option);
    const known = live.get(turn);
    if (known?.question?.id === question) known.question = undefined;
    events.ring.push('answered', { turn, question, option });
    return c.json({ ok: true });
  });

  api.get('/dead', async (c) => c.json(await operations.deadLetters()));
  api.post('/dead/:id/retry', async (c) => {
    await operations.retryDead(c.req.param('id'));
    return c.json({ ok: true });
  });
  api.delete('/dead/:id', async (c) => {
    await operations.dropDead(c.req.param('id'));
    return c.json({ ok: true });
  });

  api.post('/restart', async (c) => {
    const { force, whenIdle } = await body(c, Restart);
    return c.json(
      await operations.restart({
        by: BY,
        ...(force === undefined ? {} : { force }),
        ...(whenIdle === undefined ? {} : { whenIdle }),
      }),
    );
  });
  api.delete('/restart', async (c) => c.json(await operations.cancelRestart()));
  api.post('/drain', async (c) => {
    const { minutes } = await body(c, Drain);
    const deadlineMs = minutes === undefined ? {} : { deadlineMs: minutes * 60_000 };
    return c.json(await operations.drain({ by: BY, ...deadlineMs }));
  });
  api.delete('/drain', async (c) => c.json(await operations.cancelDrain()));
  return api;
}

/** A running turn as the page is given it. */
function liveView(turn: LiveTurn, live: LiveTurns): object {
  const { steps, messages, text, ...rest } = turn;
  const asked = messages.map((id) => ({ id, text: live.textOf(id) }));
  return { ...rest, asked, text: text.toString(), steps: [...steps.values()] };
}

function intOf(text: string | undefined, otherwise: number, max: number): number {
  if (text === undefined) return otherwise;
  const n = Number(text);
  if (Number.isInteger(n) && n >= 1) return Math.min(n, max);
  throw new Problem(400, 'invalid_request', `"${text.slice(0, 40)}" is not a whole number from 1.`);
}
