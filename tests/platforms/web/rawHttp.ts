import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Sends bytes as they are and returns all that comes back until the other side ends. */
export function exchange(port: number, bytes: string | Buffer, withinMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = open(port);
    let got = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end within ${withinMs} ms; so far: ${got}`));
    }, withinMs);
    socket.on('data', (data) => {
      got += data.toString();
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(got);
    });
    socket.write(bytes);
  });
}

/** A connection that says nothing by itself; ended with the test. */
export function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** A request as text, ended by the server after its answer. */
export function request(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): string {
  const all = {
    host: '127.0.0.1',
    connection: 'close',
    ...(body
      ? { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
      : {}),
    ...headers,
  };
  const head = Object.entries(all)
    .map(([k, v]) => `${k}: ${v}\r\n`)
    .join('');
  return `${method} ${path} HTTP/1.1\r\n${head}\r\n${body}`;
}

export const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
