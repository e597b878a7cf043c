import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { DIALECTS } from './dialects.ts';

/** A request as the server got it. */
export interface ModelRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model?: string;
    readonly stream?: boolean;
    readonly tools?: readonly { readonly function: { readonly name: string } }[];
    readonly messages: readonly {
      readonly role: string;
      readonly content: unknown;
      readonly tool_calls?: unknown;
    }[];
  };
}

/** One scripted answer of the model. */
export interface ModelAnswer {
  /** Parts of the answer, each sent as a chunk of its own. */
  readonly parts?: readonly (string | (() => string))[];
  readonly reasoning?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly args: object }[];
  readonly finish?: string;
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
  /** An error instead of an answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error?: string;
  /** After the parts: never end, or drop the connection, or send what is no event. */
  readonly last?: 'hang' | 'drop' | 'garbage';
  /** Milliseconds between parts. */
  readonly pauseMs?: number;
}

/** A local endpoint whose answers a test writes: chat completions, and what `dialects.ts` has besides. */
export interface ModelServer {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

/** Starts one on loopback; `script` is asked for each completion, with how many there were before. */
export async function startModelServer(
  script: (request: ModelRequest, n: number) => ModelAnswer,
): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const server = createServer((req, res) => {
    void handle(req, res).catch(() => res.destroy());
  });
  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.url?.endsWith('/models')) {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model' }] }));
      return;
    }
    const body = JSON.parse(await textOf(req));
    const path = req.url ?? '';
    const dialect = DIALECTS.find((d) => d.matches(path));
    const read = dialect === undefined ? body : dialect.read(body as never);
    const request = { path, authorization: req.headers.authorization, body: read };
    requests.push(request);
    const scripted = script(request, requests.length - 1);
    if (dialect === undefined || scripted.status !== undefined) await answer(res, body, scripted);
    else await dialect.write(res, path, scripted);
  }
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(
  res: ServerResponse,
  body: ModelRequest['body'],
  script: ModelAnswer,
): Promise<void> {
  const { parts = [], toolCalls = [], status = 200 } = script;
  for (const [name, value] of Object.entries(script.headers ?? {})) res.setHeader(name, value);
  if (status !== 200) {
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ error: { message: script.error ?? `status ${status}` } }));
    return;
  }
  const finish = script.finish ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop');
  const calls = toolCalls.map(({ name, args }, index) => ({
    index,
    id: `call_${Math.random().toString(36).slice(2)}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
  if (body.stream !== true) {
    const message = { role: 'assistant', content: parts.join(''), tool_calls: calls };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(envelope({ index: 0, message, finish_reason: finish }, script)));
    return;
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, finish_reason: string | null = null) =>
    res.write(`data: ${JSON.stringify(envelope({ index: 0, delta, finish_reason }))}\n\n`);
  if (script.reasoning !== undefined) send({ reasoning_content: script.reasoning });
  for (const part of parts) {
    send({ role: 'assistant', content: typeof part === 'string' ? part : part() });
    if (script.pauseMs) await new Promise((done) => setTimeout(done, script.pauseMs));
    if (res.destroyed) return;
  }
  if (script.last === 'hang') return;
  if (script.last === 'drop') {
    setTimeout(() => res.destroy(), 20);
    return;
  }
  if (script.last === 'garbage') {
    res.end('data: {"choices": [oops\n\n');
    return;
  }
  if (calls.length > 0) send({ role: 'assistant', tool_calls: calls });
  send({}, finish);
  if (script.usage !== undefined) {
    res.write(`data: ${JSON.stringify({ ...envelope(undefined), usage: script.usage })}\n\n`);
  }
  res.end('data: [DONE]\n\n');
}

function envelope(choice: object | undefined, { usage }: ModelAnswer = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'scripted',
    choices: choice === undefined ? [] : [choice],
    ...(usage === undefined ? {} : { usage }),
  };
}
