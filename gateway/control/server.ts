import type { Server } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { JournalUnavailable, SluiceError } from '../core/exit.ts';
import type { Log } from '../core/log.ts';
import type { Operations } from '../core/operations.ts';
import type { ProgressListener } from '../core/progress.ts';
import type { Received, Settled } from '../platforms/platform.ts';
import { CALLS, type CallName, SendInput } from './calls.ts';
import { lineStream } from './lineStream.ts';
import { bindControlSocket } from './socket.ts';

/** A message from the shell: `id` names the delivery, `session` a conversation to go on with. */
export interface ShellMessage {
  readonly id: string;
  readonly text: string;
  readonly session?: string;
}

/** What becomes of a message from the shell: first whether it was accepted, later its outcome. */
export interface ShellSend {
  readonly received: Received;
  /** Absent iff it was not accepted. */
  readonly settled?: Promise<Settled>;
}

export interface ControlServerOptions {
  readonly home: string;
  readonly operations: Operations;
  send(message: ShellMessage, signal: AbortSignal): Promise<ShellSend>;
  subscribe(listener: ProgressListener): () => void;
  readonly log: Log;
  /** The successor in a hand-over: takes the socket from a live predecessor. */
  readonly takeOver?: boolean;
}

export interface ControlServer {
  /** Frees the socket's name, if it is still ours, and ends every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves the control socket of a home: JSON over HTTP on a Unix socket, mode 0600.
 *
 *     POST /v1/call/NAME   one operation; its input in the body, its result in the answer
 *     POST /v1/send        a message; two lines of JSON: accepted, then settled
 *     GET  /v1/events      progress as it happens, one line of JSON each
 *
 * @throws SluiceError when another gateway answers there; ConfigError for a home that can't hold it.
 */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const ending = new AbortController();
  const app = controlApp(options, ending.signal);
  const server = createAdaptorServer({ fetch: app.fetch }) as Server & {
    closeAllConnections?(): void;
  };
  const unlink = await bindControlSocket(server, options.home, options.takeOver ?? false);
  let closing: Promise<void> | undefined;
  return {
    close: () => {
      closing ??= new Promise<void>((done) => {
        unlink();
        ending.abort();
        server.close(() => done());
        // What has its answer gets it out first; what waits for more is cut.
        setImmediate(() => server.closeAllConnections?.());
      });
      return closing;
    },
  };
}

interface Env {
  readonly Bindings: HttpBindings;
}

function controlApp(options: ControlServerOptions, ending: AbortSignal): Hono<Env> {
  const app = new Hono<Env>();
  app.use(bodyLimit({ maxSize: 8 * 1024 * 1024 }));

  app.post('/v1/call/:name', async (c) => {
    const name = c.req.param('name');
    if (!Object.hasOwn(CALLS, name)) return c.json({ error: `unknown operation ${name}` }, 404);
    const call = CALLS[name as CallName];
    const input = call.input.safeParse(await c.req.json().catch(() => undefined));
    if (!input.success) return c.json({ error: wrongInput(input.error.issues) }, 400);
    const result = await call.run(options.operations, input.data as never);
    return c.json({ result: result ?? null });
  });

  app.post('/v1/send', async (c) => {
    const input = SendInput.safeParse(await c.req.json().catch(() => undefined));
    if (!input.success) return c.json({ error: wrongInput(input.error.issues) }, 400);
    const signal = AbortSignal.any([ending, c.req.raw.signal]);
    const { received, settled } = await options.send(input.data, signal);
    return lineStream(
      signal,
      () => c.env.outgoing.destroy(),
      async (write, end) => {
        write({ received });
        if (settled !== undefined) {
          // A wait that the end of this instance cuts off says nothing: the sender asks the next one.
          write({ settled: await settled });
        }
        end();
      },
    );
  });

  app.get('/v1/events', (c) =>
    lineStream(
      AbortSignal.any([ending, c.req.raw.signal]),
      () => c.env.outgoing.destroy(),
      (write, _end, signal) => {
        const stop = options.subscribe(write);
        signal.addEventListener('abort', stop, { once: true });
      },
    ),
  );

  app.onError((error, c) => failure(error, c, options.log));
  return app;
}

function failure(error: Error, c: Context, log: Log): Response {
  if (error instanceof JournalUnavailable) {
    return c.json({ error: error.message }, error.full ? 507 : 503);
  }
  if (error instanceof SluiceError) return c.json({ error: error.message }, 409);
  log.error({ error, path: c.req.path }, 'a request on the control socket failed');
  return c.json({ error: 'the gateway failed to do it; its log says why' }, 500);
}

function wrongInput(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return issues.map((i) => `${i.path.join('.') || 'the body'}: ${i.message}`).join('; ');
}
