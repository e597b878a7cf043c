import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources';
import type { Usage } from '../../core/turn.ts';
import type { AgentResult, TurnSink } from '../agent.ts';
import { partsOf } from './contentParts.ts';
import { finishOf } from './finish.ts';
import type { ChatOptions } from './options.ts';
import { type Piece, ReasoningSplitter, withoutOrphan } from './reasoning.ts';

/** What endpoints add to OpenAI's own fields: reasoning (DeepSeek, vLLM, OpenRouter) and cost (OpenRouter). */
interface Said {
  readonly content?: unknown;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly unknown[] | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
}

/** So much of what was thought is kept for the trace, in characters. */
const KEPT = 20_000;

export const CUT_OFF = 'The connection to the model ended in mid-answer.';

/** Collects an answer, in pieces or whole, and judges it: only a whole, non-empty one is an answer. */
export class Answer {
  readonly #sink: TurnSink;
  readonly #reasoning: ChatOptions['reasoning'];
  readonly #splitter: ReasoningSplitter;
  readonly #notes: string[] = [];
  #text = '';
  #thought = '';
  #orphan = false;
  /** A quoted line of reasoning is open. */
  #quoting = false;
  #refusal = '';
  #tools = false;
  #finish: string | undefined;
  #usage: Usage | undefined;

  /** `unopened`: reasoning is expected at the beginning of the text, without the tag that opens it. */
  constructor(sink: TurnSink, reasoning: ChatOptions['reasoning'], unopened: boolean) {
    this.#sink = sink;
    this.#reasoning = reasoning;
    this.#splitter = new ReasoningSplitter(unopened && reasoning === 'hide');
  }

  /** Its reasoning had a closing tag alone. */
  get keepsTag(): boolean {
    return this.#orphan || this.#splitter.confirmed;
  }
  get text(): string {
    return this.#text;
  }
  /** What is told beside the text: what it cost, and what was thought and not said. */
  get told(): { usage?: Usage; reasoning?: string } {
    const thought = this.#thought.trim();
    const kept = thought.length > KEPT ? `${thought.slice(0, KEPT).toWellFormed()}…` : thought;
    return {
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
      ...(kept === '' ? {} : { reasoning: kept }),
    };
  }
  /** Something of it was shown: it cannot be asked for again. */
  get begun(): boolean {
    return this.#text !== '';
  }

  /** Something that the person is to be told below the answer. */
  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text);
  }

  take(chunk: ChatCompletionChunk | ChatCompletion): void {
    // Servers send the usage in a last chunk of its own, whose choices are empty or absent.
    if (chunk.usage) this.#usage = usageOf(chunk.usage);
    const choice = chunk.choices?.[0];
    if (choice === undefined) return;
    // Some servers have a `message` in their chunks, too.
    const said = (('delta' in choice ? choice.delta : choice.message) ?? {}) as Said;
    const reasoning = said.reasoning_content ?? said.reasoning;
    if (reasoning) {
      this.#splitter.notHere();
      this.#put({ kind: 'thought', text: reasoning });
    }
    if (said.refusal) this.#refusal += said.refusal;
    if (said.tool_calls?.length) this.#tools = true;
    for (const part of partsOf(said.content)) {
      if (part.kind === 'thought') {
        this.#splitter.notHere();
        this.#put(part);
      } else for (const piece of this.#splitter.push(part.text)) this.#put(piece);
    }
    this.#finish = finishOf(choice.finish_reason) ?? this.#finish;
  }

  /** The stream has ended. `whole`: the endpoint said that this is all. */
  judge(whole: boolean): AgentResult {
    const assumed = this.#splitter.assumes;
    for (const piece of this.#splitter.end()) this.#put(piece);
    if (this.#reasoning === 'hide') this.#dropOrphan();
    const nothing = this.#text.trim() === '' && this.#thought.trim() !== '';
    if (nothing && (assumed || this.#isEnd(whole))) {
      // Servers that tell reasoning and answer apart by the wrong sign take the one for the other.
      this.#say(this.#thought.trim());
      this.#thought = '';
    }
    if (nothing && !assumed && this.#isEnd(whole)) {
      this.note('The endpoint called all of this reasoning, and gave no other answer.');
    }
    const error = this.#failure(whole);
    if (error !== undefined) return { end: 'failed', text: this.#text, error, ...this.told };
    if (this.#finish === 'length')
      this.note("The model's output limit was reached; the answer ends here.");
    for (const note of this.#notes) this.#say(`\n\n(${note})`);
    return { end: 'answered', text: this.#text, ...this.told };
  }

  /** Nothing was shown and nothing says that this is all: it may be asked for again. */
  isCutOff(whole: boolean): boolean {
    return !whole && this.#finish === undefined && !this.begun;
  }

  #isEnd(whole: boolean): boolean {
    return this.#finish === 'stop' || (this.#finish === undefined && whole);
  }

  #put({ kind, text }: Piece): void {
    if (kind === 'text') {
      if (this.#quoting) this.#say('\n\n');
      this.#quoting = false;
      this.#say(text);
    } else if (this.#reasoning === 'hide') {
      this.#thought += text;
      this.#sink.thought(text);
    } else {
      const quote = this.#reasoning === 'quote';
      if (!this.#quoting && this.#text !== '') this.#say('\n\n');
      if (!this.#quoting && quote) this.#say('> ');
      this.#quoting = true;
      this.#say(quote ? text.replaceAll('\n', '\n> ') : text);
    }
  }

  #say(text: string): void {
    this.#text += text;
    this.#sink.text(text);
  }

  /** What was shown as it came turns out to have been reasoning: the answer is what follows. */
  #dropOrphan(): void {
    const found = withoutOrphan(this.#text);
    if (found === undefined) return;
    this.#orphan = true;
    this.#thought += found.thought;
    this.#sink.thought(found.thought);
    this.#text = found.text;
  }

  #failure(whole: boolean): string | undefined {
    if (this.#refusal !== '') return `The model refused: ${this.#refusal}`;
    const empty = this.#text.trim() === '';
    switch (this.#finish) {
      case 'filter':
        return "The endpoint's content filter cut the answer.";
      case 'error':
        return 'The endpoint broke the answer off with an error.';
      case 'tools':
        // Some say so without asking for one.
        if (!this.#tools && !empty) return undefined;
        return 'The model asked for a tool, and this agent has none. Use an ACP agent for tools.';
      case 'length':
        return empty ? 'The model reached its output limit before it said anything.' : undefined;
      case undefined:
        // `[DONE]` alone is an end as well.
        if (!whole) return CUT_OFF;
        break;
      default:
        break;
    }
    if (!empty) return undefined;
    return 'The model gave an empty answer. If the conversation is long, it may be more than the model can look at: set context_tokens lower.';
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
