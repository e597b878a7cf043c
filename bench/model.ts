import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';

/** A model that costs nothing: the first word at once, the rest of `held …` when it is told. */
export interface BenchModel {
  readonly port: number;
  readonly release: () => void;
}

/** Runs with such a model behind the chat completions API. */
export async function withModel<T>(run: (model: BenchModel) => Promise<T>): Promise<T> {
  const held: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/models')) {
      response.end('{"object":"list","data":[]}');
      return;
    }
    const { messages } = JSON.parse(await textOf(request)) as { messages: { content: string }[] };
    const asked = messages.at(-1)?.content ?? '';
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    say(response, `first of ${asked}`);
    const finish = () => {
      say(response, ' and the rest');
      response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
    };
    if (asked.startsWith('held')) held.push(finish);
    else finish();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await run({
      port: (server.address() as AddressInfo).port,
      release: () => {
        for (const finish of held.splice(0)) finish();
      },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function say(response: ServerResponse, content: string): void {
  response.write(chunk({ role: 'assistant', content }));
}

function chunk(delta: object, finish_reason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason }];
  const head = { id: 'bench', object: 'chat.completion.chunk', created: 1, model: 'bench' };
  return `data: ${JSON.stringify({ ...head, choices })}\n\n`;
}
