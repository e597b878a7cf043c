import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { ModelRequest } from './modelServer.ts';

/** An answer, byte for byte. */
export interface RawAnswer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Written one after the other, each in a packet of its own. */
  readonly body: readonly string[];
  /** The connection breaks when the body is written. */
  readonly cut?: boolean;
}

export interface RawEndpoint {
  readonly url: string;
  readonly bodies: (ModelRequest['body'] & Record<string, unknown>)[];
}

/** An endpoint on loopback that answers as a test writes it; the last answer is given again. */
export async function rawEndpoint(answers: readonly RawAnswer[]): Promise<RawEndpoint> {
  const bodies: RawEndpoint['bodies'] = [];
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await textOf(request);
    bodies.push(sent === '' ? {} : JSON.parse(sent));
    const answer = answers[Math.min(bodies.length, answers.length) - 1] as RawAnswer;
    const { status = 200, type = 'text/event-stream', headers = {}, body, cut = false } = answer;
    response.writeHead(status, { 'content-type': type, ...headers });
    response.flushHeaders();
    for (const piece of body) {
      await new Promise((done) => response.write(piece, done));
      await new Promise((done) => setImmediate(done));
    }
    if (cut) response.destroy();
    else response.end();
  }
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, bodies };
}
