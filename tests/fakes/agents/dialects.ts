import type { ServerResponse } from 'node:http';
import type { ModelAnswer, ModelRequest } from './modelServer.ts';

type Messages = ModelRequest['body']['messages'];

/** A way to speak of models besides chat completions, as far as agents need it. */
export interface Dialect {
  /** Whether a request's path is of this dialect. */
  matches(path: string): boolean;
  /** The request as chat completions would have it. */
  read(body: never): ModelRequest['body'];
  /** Starts an answer; resolves when it is whole, or when it hangs as the script wants. */
  write(res: ServerResponse, path: string, script: ModelAnswer): Promise<void>;
}

/** Sends the script's parts; `false` when the answer is not to end. */
async function parts(script: ModelAnswer, send: (text: string) => void): Promise<boolean> {
  for (const part of script.parts ?? []) {
    send(typeof part === 'string' ? part : part());
    if (script.pauseMs) await new Promise((done) => setTimeout(done, script.pauseMs));
  }
  return script.last !== 'hang';
}

const id = () => Math.random().toString(36).slice(2);

/** OpenAI's Responses API, which Codex wants. */
const responses: Dialect = {
  matches: (path) => path.endsWith('/responses'),
  read(body: { model: string; tools?: { name?: string; type: string }[]; input: object[] }) {
    const messages = body.input.map((item) => {
      const { type, role, content, output } = item as Record<string, string>;
      if (type === 'function_call_output') return { role: 'tool', content: output };
      return { role: role ?? 'assistant', content: content ?? item };
    }) as Messages;
    const tools = body.tools?.map((t) => ({ function: { name: t.name ?? t.type } }));
    return { model: body.model, stream: true, messages, ...(tools === undefined ? {} : { tools }) };
  },
  async write(res, _path, script) {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (type: string, more: object) =>
      res.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
    const response = { id: `resp_${id()}` };
    event('response.created', { response });
    const item = { type: 'message', id: `msg_${id()}`, role: 'assistant' };
    let text = '';
    event('response.output_item.added', { output_index: 0, item: { ...item, content: [] } });
    const whole = await parts(script, (delta) => {
      text += delta;
      const at = { item_id: item.id, output_index: 0, content_index: 0 };
      event('response.output_text.delta', { ...at, delta });
    });
    if (!whole) return;
    const content = [{ type: 'output_text', text }];
    if (text !== '')
      event('response.output_item.done', { output_index: 0, item: { ...item, content } });
    for (const { name, args } of script.toolCalls ?? []) {
      const call = { type: 'function_call', id: `fc_${id()}`, call_id: `call_${id()}`, name };
      const done = { ...call, arguments: JSON.stringify(args) };
      event('response.output_item.done', { output_index: 0, item: done });
    }
    const usage = { input_tokens: 10, output_tokens: 3, total_tokens: 13 };
    event('response.completed', { response: { ...response, usage } });
    res.end();
  },
};

/** Google's generateContent, which Gemini CLI wants. */
const gemini: Dialect = {
  matches: (path) => /:(streamG|g)enerateContent/.test(path),
  read(body: { tools?: object[]; contents: { role?: string; parts: object[] }[] }) {
    const messages = body.contents.map(({ role, parts: said }) => {
      const isTool = said.some((part) => 'functionResponse' in part);
      return { role: isTool ? 'tool' : role === 'model' ? 'assistant' : 'user', content: said };
    });
    const tools = body.tools === undefined ? {} : { tools: [{ function: { name: 'some' } }] };
    return { stream: true, messages, ...tools };
  },
  async write(res, path, script) {
    const streams = path.includes(':stream');
    const chunk = (said: object[], finishReason?: string) => ({
      candidates: [{ content: { role: 'model', parts: said }, index: 0, finishReason }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 3, totalTokenCount: 13 },
    });
    res.writeHead(200, { 'content-type': streams ? 'text/event-stream' : 'application/json' });
    if (!streams) {
      res.end(JSON.stringify(chunk([{ text: script.parts?.join('') ?? '' }], 'STOP')));
      return;
    }
    const event = (data: object) => res.write(`data: ${JSON.stringify(data)}\n\n`);
    if (!(await parts(script, (text) => event(chunk([{ text }]))))) return;
    const calls = (script.toolCalls ?? []).map((functionCall) => ({ functionCall }));
    event(chunk(calls, 'STOP'));
    res.end();
  },
};

export const DIALECTS: readonly Dialect[] = [responses, gemini];
