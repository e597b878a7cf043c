import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import OpenAI, { APIConnectionError, APIError } from 'openai';
import { readSecret } from '../../config/secrets.ts';
import { SECOND } from '../../core/clock.ts';
import { ConfigError } from '../../core/exit.ts';
import type { Attachment } from '../../core/message.ts';
import { aborted } from '../../core/wait.ts';
import type { Agent, AgentResult, TurnInput, TurnSink } from '../agent.ts';
import type { AgentDeps } from '../deps.ts';
import { Answer } from './answer.ts';
import type { ChatOptions } from './options.ts';
import { promptOf } from './prompt.ts';
import { withRetries } from './retry.ts';

/**
 * A model behind any endpoint that speaks OpenAI's chat completions (Ollama, vLLM, llama.cpp,
 * OpenRouter, OpenAI). It keeps nothing itself: each request carries the history that fits. Asking
 * again has no side effects, so a turn that was cut off is simply asked again.
 * @throws ConfigError when the key is named but not there.
 */
export function createChatAgent(
  options: ChatOptions,
  deps: AgentDeps & { readonly name?: string },
): Agent {
  const name = deps.name ?? 'chat';
  const dir = deps.configDir ?? process.cwd();
  const key = readSecret(
    { what: `agents.${name}.api_key`, env: options.api_key_env, file: options.api_key_file },
    { env: { ...deps.env }, configFile: join(dir, 'sluice.yaml') },
  );
  if (key !== undefined) deps.addSecret?.(key);
  // Everything is given: the library would else take keys and ids from the environment.
  const client = new OpenAI({
    baseURL: options.base_url,
    apiKey: key ?? 'none',
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: options.timeout * SECOND,
    logLevel: 'off',
  });
  const closing = new AbortController();

  async function system(): Promise<string | undefined> {
    if (options.system_prompt_file === undefined) return undefined;
    const path = resolve(dir, options.system_prompt_file);
    return readFile(path, 'utf8').catch((error: Error) => {
      throw new ConfigError(
        `agents.${name}.system_prompt_file: cannot read ${path} (${error.message})`,
      );
    });
  }

  async function imagesOf(input: TurnInput, signal: AbortSignal): Promise<Map<Attachment, string>> {
    const images = new Map<Attachment, string>();
    if (!options.images || deps.readFile === undefined) return images;
    for (const file of input.attachments) {
      if (file.kind !== 'photo' && !file.type?.startsWith('image/')) continue;
      const bytes = await deps.readFile(file, signal);
      const data = Buffer.from(bytes).toString('base64');
      images.set(file, `data:${file.type ?? 'image/jpeg'};base64,${data}`);
    }
    return images;
  }

  async function ask(input: TurnInput, answer: Answer, signal: AbortSignal): Promise<AgentResult> {
    const messages = promptOf(input, {
      system: await system(),
      contextTokens: options.context_tokens,
      images: await imagesOf(input, signal),
    });
    const stream = await withRetries(
      () =>
        client.chat.completions.create(
          {
            model: input.model ?? options.model,
            messages,
            stream: true,
            stream_options: { include_usage: true },
          },
          { signal },
        ),
      { retries: options.max_retries, withinMs: options.timeout * SECOND },
      deps.clock,
      signal,
    );
    for await (const chunk of stream) {
      if (signal.aborted) break;
      answer.take(chunk);
    }
    return answer.judge();
  }

  async function run(input: TurnInput, sink: TurnSink, signal: AbortSignal): Promise<AgentResult> {
    if (signal.aborted) return { end: 'cancelled', text: '' };
    const answer = new Answer(sink);
    try {
      const asked = ask(input, answer, signal);
      // A body that can't be cancelled must not hold the turn.
      const result = await Promise.race([asked, aborted(signal)]);
      asked.catch(() => {});
      if (result !== undefined && !signal.aborted) return result;
    } catch (error) {
      if (!signal.aborted) {
        const message = explain(error, options, key);
        deps.log.warn({ agent: name, turn: input.turn, error: message }, 'chat request failed');
        return { end: 'failed', text: answer.text, error: message, ...answer.usage };
      }
    }
    return { end: 'cancelled', text: answer.text, ...answer.usage };
  }

  return {
    name,
    capabilities: { steer: false, resume: true, images: options.images, files: false },
    async models() {
      if (options.models.length > 0) return [...new Set([options.model, ...options.models])];
      try {
        const { data } = await client.models.list({ timeout: 5 * SECOND });
        return [...new Set([options.model, ...data.map((m) => m.id)])];
      } catch {
        return [options.model];
      }
    },
    async probe(signal) {
      await system();
      try {
        await client.models.list({ signal });
      } catch (error) {
        // Not every endpoint can list its models; one that answers so is there.
        if (error instanceof APIError && [404, 405, 501].includes(error.status ?? 0)) return;
        throw new ConfigError(explain(error, options, key), { cause: error });
      }
    },
    start(input, sink, signal) {
      return { result: run(input, sink, AbortSignal.any([signal, closing.signal])) };
    },
    async close() {
      closing.abort();
    },
  };
}

/** One line for the person, with a way out and without the key. */
function explain(error: unknown, options: ChatOptions, key: string | undefined): string {
  const where = options.base_url;
  const clean = (text: string) => (key === undefined ? text : text.replaceAll(key, '(the key)'));
  if (error instanceof APIConnectionError) {
    return `The model endpoint ${where} cannot be reached; is it running?`;
  }
  if (error instanceof SyntaxError) {
    return `The model endpoint ${where} sent something that is no answer; is base_url right?`;
  }
  // What fetch throws when the body breaks off.
  if (error instanceof TypeError) return 'The connection to the model ended in mid-answer.';
  if (!(error instanceof APIError)) return clean((error as Error).message);
  const said = clean(error.message).slice(0, 300);
  switch (error.status) {
    case 401:
    case 403:
      return `The model endpoint ${where} refused the API key (${said}); check api_key_env or api_key_file.`;
    case 404:
      return `The model endpoint ${where} does not know the model or the address (${said}); check model and base_url.`;
    case 429:
      return `The model endpoint ${where} is over its limit (${said}); try again later.`;
    default:
      return `The model endpoint ${where} failed: ${said}.`;
  }
}
