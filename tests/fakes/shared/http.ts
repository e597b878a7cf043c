import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
};

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export function answer(response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.destroyed) return;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(bytes);
}

/** A server that can go away and come back on its port, as a restarted platform does. */
export class Outages {
  readonly #sockets = new Set<Socket>();
  readonly server: Server;
  #port = 0;

  constructor(handler: (request: IncomingMessage, response: ServerResponse) => void) {
    this.server = createServer(handler);
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(this.#port, '127.0.0.1', done));
    this.#port = (this.server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Cuts every connection and refuses new ones for `ms`; what was said is kept. */
  async outage(ms: number): Promise<void> {
    await new Promise<void>((done) => {
      this.server.close(() => done());
      for (const socket of this.#sockets) socket.destroy();
    });
    setTimeout(() => void this.listen(), ms);
  }
}
