import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import OpenAI, { APIError } from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources';
import { readSecret } from '../../config/secrets.ts';
import { SECOND } from '../../core/clock.ts';
import { ConfigError } from '../../core/exit.ts';
import type { Attachment } from '../../core/message.ts';
import { aborted } from '../../core/wait.ts';
import type { Agent, AgentResult, TurnInput, TurnSink } from '../agent.ts';
import type { AgentDeps } from '../deps.ts';
import { Adjustments } from './adjustments.ts';
import { Answer, CUT_OFF } from './answer.ts';
import { inTurns } from './conversation.ts';
import { EndpointError, readAnswer, refusePage } from './endpoint.ts';
import { explain, refusalWords } from './explain.ts';
import { fetchWithWords } from './fetchWithWords.ts';
import type { ChatOptions } from './options.ts';
import { promptOf } from './prompt.ts';
import { withRetries, worthAnother } from './retry.ts';

const SHORTENED =
  'The conversation is longer than the model can look at; its oldest part was left out.';

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
    fetch: fetchWithWords,
  });
  const adjustments = new Adjustments();
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

  /** One request, read to its end. @throws what it was refused with, or broke off with before the first word. */
  async function attempt(
    messages: ChatCompletionMessageParam[],
    model: string,
    answer: Answer,
    signal: AbortSignal,
  ): Promise<AgentResult> {
    const usage = adjustments.streamOptions ? { stream_options: { include_usage: true } } : {};
    const response = await client.chat.completions
      .create({ model, messages, stream: true, ...usage }, { signal })
      .asResponse();
    const whole = await readAnswer(response, (chunk) => {
      if (!signal.aborted) answer.take(chunk);
    });
    if (answer.isCutOff(whole)) throw new EndpointError(CUT_OFF, 502);
    const result = answer.judge(whole);
    if (result.end === 'answered') adjustments.ended(model, answer.keepsTag);
    return result;
  }

  async function ask(input: TurnInput, answer: Answer, signal: AbortSignal): Promise<AgentResult> {
    const model = input.model ?? options.model;
    const limits = { retries: options.max_retries, withinMs: options.timeout * SECOND };
    const parts = {
      system: await system(),
      images: await imagesOf(input, signal),
      history: await input.history(),
    };
    for (let shortened = 0; ; ) {
      const contextTokens = adjustments.room(model, options.context_tokens);
      const prompt = promptOf(input, { ...parts, contextTokens });
      const messages = inTurns(prompt, adjustments);
      let change: ReturnType<Adjustments['learn']>;
      const again = (error: unknown) => {
        if (answer.begun) return false;
        change = adjustments.learn(refusalWords(error), model, messages, shortened);
        return change === undefined && worthAnother(error);
      };
      try {
        const request = () => attempt(messages, model, answer, signal);
        return await withRetries(request, { ...limits, again }, deps.clock, signal);
      } catch (error) {
        if (change === undefined || signal.aborted) throw error;
        if (change === 'shorter') {
          shortened += 1;
          answer.note(SHORTENED);
        }
      }
    }
  }

  async function run(input: TurnInput, sink: TurnSink, signal: AbortSignal): Promise<AgentResult> {
    if (signal.aborted) return { end: 'cancelled', text: '' };
    const answer = new Answer(
      sink,
      options.reasoning,
      adjustments.unopened(input.model ?? options.model),
    );
    try {
      const asked = ask(input, answer, signal);
      // A body that can't be cancelled must not hold the turn.
      const result = await Promise.race([asked, aborted(signal)]);
      asked.catch(() => {});
      if (result !== undefined && !signal.aborted) return result;
    } catch (error) {
      if (!signal.aborted) {
        const message = explain(error, options.base_url, key);
        deps.log.warn({ agent: name, turn: input.turn, error: message }, 'chat request failed');
        return { end: 'failed', text: answer.text, error: message, ...answer.told };
      }
    }
    return { end: 'cancelled', text: answer.text, ...answer.told };
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
        const response = await client.models.list({ signal }).asResponse();
        refusePage(await response.text());
      } catch (error) {
        // Not every endpoint can list its models, and one may still load them; it is there.
        if (error instanceof APIError && [404, 405, 429, 501, 503].includes(error.status ?? 0))
          return;
        throw new ConfigError(explain(error, options.base_url, key), { cause: error });
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
