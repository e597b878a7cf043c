import type { ChatCompletionChunk } from 'openai/resources';
import type { Usage } from '../../core/turn.ts';
import type { AgentResult, TurnSink } from '../agent.ts';

/** What endpoints add to OpenAI's own fields: reasoning (DeepSeek, vLLM, OpenRouter) and cost (OpenRouter). */
interface Extras {
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
}

/** Collects a streamed completion and judges it: only a whole, non-empty one is an answer. */
export class Answer {
  readonly #sink: TurnSink;
  #text = '';
  #refusal = '';
  #finish: string | undefined;
  #usage: Usage | undefined;

  constructor(sink: TurnSink) {
    this.#sink = sink;
  }

  get text(): string {
    return this.#text;
  }
  get usage(): { usage?: Usage } {
    return this.#usage === undefined ? {} : { usage: this.#usage };
  }

  take(chunk: ChatCompletionChunk): void {
    // Servers send the usage in a last chunk of its own, whose choices are empty or absent.
    if (chunk.usage) this.#usage = usageOf(chunk.usage);
    const choice = chunk.choices?.[0];
    if (choice === undefined) return;
    const delta = (choice.delta ?? {}) as typeof choice.delta & Extras;
    const reasoning = delta.reasoning_content ?? delta.reasoning;
    if (reasoning) this.#sink.thought(reasoning);
    if (delta.refusal) this.#refusal += delta.refusal;
    if (delta.content) {
      this.#text += delta.content;
      this.#sink.text(delta.content);
    }
    if (choice.finish_reason) this.#finish = choice.finish_reason;
  }

  /** The stream has ended. */
  judge(): AgentResult {
    const error = this.#failure();
    if (error !== undefined) return { end: 'failed', text: this.#text, error, ...this.usage };
    if (this.#finish === 'length') {
      const note = "\n\n(The model's output limit was reached; the answer ends here.)";
      this.#text += note;
      this.#sink.text(note);
    }
    return { end: 'answered', text: this.#text, ...this.usage };
  }

  #failure(): string | undefined {
    if (this.#refusal !== '') return `The model refused: ${this.#refusal}`;
    if (this.#finish === 'content_filter') return "The endpoint's content filter cut the answer.";
    if (this.#finish === 'tool_calls' || this.#finish === 'function_call') {
      return 'The model asked for a tool, and this agent has none. Use an ACP agent for tools.';
    }
    if (this.#finish === undefined) return 'The connection to the model ended in mid-answer.';
    if (this.#text.trim() !== '') return undefined;
    return this.#finish === 'length'
      ? 'The model reached its output limit before it said anything.'
      : 'The model gave an empty answer.';
  }
}

function usageOf(usage: NonNullable<ChatCompletionChunk['usage']>): Usage {
  const { cost } = usage as { cost?: unknown };
  return {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    ...(typeof cost === 'number' ? { cost } : {}),
  };
}
