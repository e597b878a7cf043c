import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Completions } from './api/completions.ts';
import { modelList, modelNamed } from './api/models.ts';
import { type Asset, encoded } from './http/assets.ts';
import { readJson } from './http/body.ts';
import type { Login } from './http/login.ts';
import { Problem, problemOf, tooMany } from './http/problem.ts';
import type { RateLimit } from './http/rate.ts';
import { type PageApiDeps, pageApi } from './page/pageApi.ts';

type Env = { Bindings: HttpBindings };

export interface RouteDeps extends PageApiDeps {
  readonly completions: Completions;
  readonly login: Login;
  readonly loginRate: RateLimit;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly metrics: (() => Promise<{ readonly type: string; readonly body: string }>) | undefined;
  readonly startedAt: number;
  readonly webhook:
    | ((name: string) => ((request: Request) => Promise<Response>) | undefined)
    | undefined;
}

/** Paths that answer without a login: the page's own files hold no secret, probes carry none, webhooks are signed. */
const OPEN = /^\/(?:healthz|readyz|api\/login|console\/|vendor\/|webhooks\/|$)/;

const Token = z.object({ token: z.string().min(1).max(1000) });

/** Every path there is. Anything else is 404 in JSON, never a page. */
export function routes(deps: RouteDeps): Hono<Env> {
  const { host, login, status } = deps;
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    if (!OPEN.test(c.req.path) && !login.allows(c.env.incoming.headers)) {
      throw new Problem(
        401,
        'no_token',
        'This needs the gateway’s token, as "Authorization: Bearer TOKEN".',
        {
          headers: { 'www-authenticate': 'Bearer realm="sluice"' },
        },
      );
    }
    await next();
  });

  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', async (c) => {
    const now = await status.get(0);
    const { ready, state, reasons } = now;
    return c.json({ ready, state, reasons }, ready ? 200 : 503);
  });
  app.post('/webhooks/:name', (c) => {
    const handle = deps.webhook?.(c.req.param('name'));
    if (handle === undefined) throw notFound(c.req.path);
    return handle(c.req.raw);
  });
  app.get('/metrics', async (c) => {
    if (deps.metrics === undefined) throw notFound(c.req.path);
    const { type, body } = await deps.metrics();
    return c.body(body, 200, { 'content-type': type });
  });

  app.get('/v1/models', (c) =>
    c.json(modelList(host.operations.agents(), seconds(deps.startedAt))),
  );
  // `agent/model`: a client encodes the slash, a person at a command line does not.
  app.get('/v1/models/:id{.+}', (c) =>
    c.json(modelNamed(host.operations.agents(), c.req.param('id'), seconds(deps.startedAt))),
  );
  app.post('/v1/chat/completions', async (c) => {
    await deps.completions.handle(c.env.incoming as never, c.env.outgoing as never);
    return RESPONSE_ALREADY_SENT;
  });

  app.get('/api/login', (c) =>
    c.json({ required: login.required, in: login.allows(c.env.incoming.headers) }),
  );
  app.post('/api/login', async (c) => {
    const wait = deps.loginRate.take(c.env.incoming.socket.remoteAddress ?? '');
    if (wait > 0) throw tooMany(wait, 'Too many attempts to log in.');
    const parsed = Token.safeParse((await readJson(c.env.incoming as never, 4096)).value);
    if (!parsed.success || !login.accepts(parsed.data.token)) {
      throw new Problem(401, 'wrong_token', 'That is not this gateway’s token.');
    }
    const secure = (c.req.header('origin') ?? '').startsWith('https:');
    return c.json({ ok: true }, 200, { 'set-cookie': login.cookie(secure) });
  });
  app.delete('/api/login', (c) => c.json({ ok: true }, 200, { 'set-cookie': login.endCookie() }));
  app.route('/api', pageApi(deps));

  for (const [path, asset] of deps.assets) app.get(path, (c) => serve(c, asset));

  app.notFound((c) => respond(c, notFound(c.req.path)));
  app.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.status >= 500) {
      host.log.error(
        { path: c.req.path, error: String(problem.cause ?? error) },
        'a request failed',
      );
    }
    if (c.env.outgoing.headersSent || c.env.outgoing.destroyed) return RESPONSE_ALREADY_SENT;
    return respond(c, problem);
  });
  return app;
}

function notFound(path: string): Problem {
  return new Problem(404, 'not_found', `There is nothing at ${path.slice(0, 200)}.`);
}

function respond(c: Context<Env>, problem: Problem): Response {
  return c.json(problem.body(), problem.status as 400, { ...problem.headers });
}

function serve(c: Context<Env>, asset: Asset): Response {
  const headers = { etag: asset.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' };
  if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304, headers);
  const { body, encoding } = encoded(asset, c.req.header('accept-encoding') ?? '');
  return c.body(body, 200, {
    ...headers,
    'content-type': asset.type,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  });
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
