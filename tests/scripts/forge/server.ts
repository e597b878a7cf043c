import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as a server on this machine got it. */
export interface Asked {
  readonly method: string;
  /** As it was sent, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export type Reply =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      /** Sent as JSON, but for text. */
      readonly body?: unknown;
    }
  | 'hang up';

/** A server that answers instead of a forge until its test ends. */
export interface FakeServer {
  readonly url: string;
  readonly requests: Asked[];
  /** Answers instead of the forge when it gives a reply. */
  trouble: (asked: Asked, count: number) => Reply | undefined;
  /** Told the status of every answer. */
  answered: (status: number) => void;
}

/** Starts a server; `answer` is the forge. */
export async function serve(answer: (asked: Asked, url: string) => Reply): Promise<FakeServer> {
  const requests: Asked[] = [];
  const fake = {
    url: '',
    requests,
    trouble: (() => undefined) as FakeServer['trouble'],
    answered: (() => {}) as FakeServer['answered'],
  };
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://x');
    const { method = '', headers } = req;
    const asked: Asked = { method, path: pathname, query: searchParams, headers, body };
    requests.push(asked);
    const reply = fake.trouble(asked, requests.length) ?? answer(asked, fake.url);
    if (reply === 'hang up') return void res.destroy();
    fake.answered(reply.status);
    const text = typeof reply.body === 'string';
    const type = text ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
    res.writeHead(reply.status, { 'content-type': type, ...reply.headers });
    res.end(text ? reply.body : reply.body === undefined ? undefined : JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

/** One page of a list, with the headers that lead to the next. */
export function pageOf<T>(
  all: readonly T[],
  { path, query }: Asked,
  url: string,
  size: { readonly parameter: string; readonly most: number },
): Reply {
  const page = Number(query.get('page') ?? 1);
  const count = Math.min(Number(query.get(size.parameter) ?? 20), size.most);
  const next = new URLSearchParams(query);
  next.set('page', String(page + 1));
  const more = all.length > page * count;
  return {
    status: 200,
    headers: more ? { link: `<${url}${path}?${next}>; rel="next"` } : {},
    body: all.slice((page - 1) * count, page * count),
  };
}
