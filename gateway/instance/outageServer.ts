import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenAt } from '../platforms/web/http/listener.ts';
import { Problem } from '../platforms/web/http/problem.ts';

/** Seconds after which whoever was refused may come again. */
const AGAIN = '5';
const UNAVAILABLE = new Problem(
  503,
  'journal_unavailable',
  'The journal’s database cannot be reached: the message was not taken. Send it again in a moment.',
  { headers: { 'retry-after': AGAIN } },
);

/** Answers while there is no journal yet: that this process lives, and that it is not ready. */
export class OutageServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws what listening fails with. */
  static async listen(at: ListenAt, reason: string): Promise<OutageServer> {
    const server = createServer((request, response) => answer(request, response, reason));
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen('handle' in at ? at.handle : at, done);
    });
    server.on('error', () => {});
    return new OutageServer(server);
  }

  /**
   * Gives the listening socket away, as a handle that the next server listens on. Closing this one would close the
   * socket. Until the next one listens, who connects is answered here still: so nobody is refused.
   */
  release(): ListenAt {
    const server = this.#server as unknown as { _handle: object | null };
    const handle = server._handle as object;
    server._handle = null;
    return { handle };
  }
}

function answer({ url }: IncomingMessage, response: ServerResponse, reason: string): void {
  // Over a new connection comes whoever serves by then.
  const headers = { connection: 'close', 'content-type': 'application/json; charset=utf-8' };
  const path = url?.split('?')[0];
  if (path === '/healthz') {
    response.writeHead(200, headers).end(JSON.stringify({ ok: true }));
    return;
  }
  response.writeHead(503, { ...headers, ...UNAVAILABLE.headers });
  const body =
    path === '/readyz'
      ? { ready: false, state: 'starting', reasons: [reason] }
      : UNAVAILABLE.body();
  response.end(JSON.stringify(body));
}
