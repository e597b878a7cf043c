import { Agent, request } from 'node:http';

/** An HTTP answer as a client sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Ask {
  readonly text: string;
  readonly session?: string;
  readonly key?: string;
  /** Which agent or model; `default` leaves it to the gateway. */
  readonly model?: string;
  readonly stream?: boolean;
  readonly agent?: Agent;
  /** Hard time-out of the whole request. */
  readonly withinMs?: number;
  /** Called with each piece of the body as it comes. */
  readonly piece?: (text: string) => void;
}

/** Keeps connections open between requests, as most clients do. The caller destroys it. */
export function keepAlive(sockets = 512): Agent {
  return new Agent({ keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets });
}

/** Asks the chat API for one reply. @throws the connection's error; Error when the time is over. */
export function ask(port: number, what: Ask): Promise<Answer> {
  const body = JSON.stringify({
    model: what.model ?? 'default',
    messages: [{ role: 'user', content: what.text }],
    ...(what.stream === true ? { stream: true } : {}),
  });
  return send(port, 'POST', '/v1/chat/completions', body, what, {
    'content-type': 'application/json',
    ...(what.session === undefined ? {} : { 'x-session-id': what.session }),
    ...(what.key === undefined ? {} : { 'idempotency-key': what.key }),
  });
}

/** Gets one path. @throws as `ask`. */
export function get(port: number, path: string, agent?: Agent): Promise<Answer> {
  return send(port, 'GET', path, '', agent === undefined ? {} : { agent }, {});
}

/** Posts a body as it is. @throws as `ask`. */
export function post(
  port: number,
  path: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(port, 'POST', path, body, {}, { 'content-type': 'application/json', ...headers });
}

function send(
  port: number,
  method: string,
  path: string,
  body: string | Buffer,
  { agent, withinMs = 30_000, piece }: Pick<Ask, 'agent' | 'withinMs' | 'piece'>,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return new Promise((done, fail) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: agent ?? false,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(withinMs),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (data: string) => {
          text += data;
          piece?.(data);
        });
        response.once('error', fail);
        response.once('close', () => {
          if (response.complete)
            done({ status: response.statusCode ?? 0, headers: response.headers, body: text });
          else fail(new Error('the connection broke in the middle of the answer'));
        });
      },
    );
    sent.once('error', fail);
    sent.end(body);
  });
}

/** The reply's text of a whole answer. */
export function replyOf(answer: Answer): string {
  const { choices } = JSON.parse(answer.body) as {
    choices: { message: { content: string } }[];
  };
  return choices[0]?.message.content ?? '';
}

/** The reply's text of a streamed answer, put together again; an error event is thrown. */
export function streamedReply(body: string): string {
  let text = '';
  for (const line of body.split('\n')) {
    if (!line.startsWith('data: {')) continue;
    const event = JSON.parse(line.slice(6)) as {
      error?: { message: string };
      choices?: { delta?: { content?: string } }[];
    };
    if (event.error !== undefined) throw new Error(event.error.message);
    text += event.choices?.[0]?.delta?.content ?? '';
  }
  return text;
}
