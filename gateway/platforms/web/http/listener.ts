import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { ConfigError } from '../../../core/exit.ts';
import type { WebLimits } from '../options.ts';
import { Problem } from './problem.ts';

/** Where to listen: on a socket that outlives this process, by its descriptor or its handle; or on an address. */
export type ListenAt =
  | { readonly fd: number }
  | { readonly handle: object }
  | { readonly host: string; readonly port: number };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * How long an idle connection is kept for another request. A generation that leaves waits for its idle
 * connections, so this is also what it may stay longer.
 */
export const IDLE_MS = 5000;

/**
 * The HTTP server with every bound it needs against slow, many and malformed clients.
 *
 * `stopAccepting` lets go of the listening socket only: connections that are open are still served, and
 * told with each answer to come back on a new one, which another process then takes.
 */
export class Listener {
  readonly #server: Server;
  readonly #answering = new Set<ServerResponse>();
  #accepting = false;

  constructor(limits: WebLimits, handler: Handler) {
    this.#server = createServer(
      {
        // Counted from the connection on: a client that says nothing is ended, too.
        headersTimeout: limits.headerTimeoutMs,
        requestTimeout: limits.requestTimeoutMs,
        connectionsCheckingInterval: Math.min(1000, limits.headerTimeoutMs / 2),
        keepAliveTimeout: IDLE_MS,
        maxHeaderSize: 16_384,
        noDelay: true,
      },
      (request, response) => {
        if (this.#accepting) {
          this.#answering.add(response);
          response.once('close', () => this.#answering.delete(response));
        } else response.setHeader('connection', 'close');
        handler(request, response);
      },
    );
    this.#server.maxConnections = limits.maxConnections;
    this.#server.on('clientError', refuseMalformed);
  }

  get accepting(): boolean {
    return this.#accepting;
  }

  /** The port, once it listens. */
  get port(): number | undefined {
    return (this.#server.address() as AddressInfo | null)?.port;
  }

  /** @throws ConfigError when the address cannot be listened on. */
  async listen(at: ListenAt): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) => reject(listenError(error, at));
      this.#server.once('error', failed);
      this.#server.listen('handle' in at ? at.handle : at, () => {
        this.#server.off('error', failed);
        resolve();
      });
    });
    this.#accepting = true;
  }

  /** Not `server.close()`: that one also cuts idle connections, and with them a request on its way. */
  stopAccepting(): void {
    if (!this.#accepting) return;
    this.#accepting = false;
    NetServer.prototype.close.call(this.#server);
    for (const response of this.#answering) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }

  /** Resolves when no connection is left over which a request could come. Idle ones end by themselves. */
  async receivedLast(): Promise<void> {
    while ((await this.#connections()) > 0) await new Promise((done) => setTimeout(done, 20));
  }

  /** Ends every connection, those in use after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.stopAccepting();
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    for (let waited = 0; waited < graceMs + 500 && (await this.#connections()) > 0; waited += 20) {
      await new Promise((done) => setTimeout(done, 20));
      this.#server.closeIdleConnections();
    }
    clearTimeout(cut);
    this.#server.closeAllConnections();
  }

  #connections(): Promise<number> {
    return new Promise((done) => this.#server.getConnections((_, n) => done(n ?? 0)));
  }
}

/** Answers what never became a request, in the same shape as everything else. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new Problem(431, 'headers_too_large', 'The request’s headers are larger than 16 KiB.')
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new Problem(408, 'too_slow', 'The request took too long to arrive.')
        : new Problem(400, 'malformed_request', 'This is not a well-formed HTTP request.');
  const body = JSON.stringify(problem.body());
  socket.end(
    `HTTP/1.1 ${problem.status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function listenError(error: NodeJS.ErrnoException, at: ListenAt): Error {
  if (!('port' in at)) return error;
  const where = `${at.host}:${at.port}`;
  if (error.code === 'EADDRINUSE') {
    return new ConfigError(
      `The web platform cannot listen on ${where}: another program does. Stop it, or set platforms.web.port.`,
      { cause: error },
    );
  }
  return new ConfigError(
    `The web platform cannot listen on ${where}: ${error.message}. Set platforms.web.host and platforms.web.port.`,
    { cause: error },
  );
}
