import type { ChatCompletionMessageParam } from 'openai/resources';
import { isTooLong, knowsNoStreamOptions, wantsNoSystem } from './errorWords.ts';
import { aboutTokens, PER_IMAGE } from './history.ts';

/** Models whose templates often open the reasoning: `deepseek-r1:14b`, `QwQ-32B`, `Qwen3-4B-Thinking-2507`. */
const REASONER = /(?:^|[^a-z0-9])(?:r1|qwq|thinking|reasoner|reasoning)(?![a-z])/i;

/** How often a request is made shorter. */
const SHORTER = 2;

/**
 * What an endpoint turned out not to take, learned from its refusals and kept for the next requests.
 *
 * - It does not know `stream_options`: they are left out, and with them the usage.
 * - Its template has no system prompt: that stands in the first question.
 * - Its template opens the reasoning, so that answers have only the tag that closes it. Until one answer has
 *   come, this is assumed of models that are named for their reasoning: their first is not shown as it grows.
 * - The conversation is longer than the model can look at: half of it is sent, then a quarter.
 */
export class Adjustments {
  streamOptions = true;
  noSystem = false;
  /** What models turned out to be able to look at, in tokens as we estimate them. */
  readonly #room = new Map<string, number>();

  readonly #keepsTag = new Map<string, boolean>();

  /** Whether an answer of this model is expected to begin with reasoning that no tag opens. */
  unopened(model: string): boolean {
    return this.#keepsTag.get(model) ?? REASONER.test(model);
  }

  /** An answer of a model has ended, and has shown which it is. One such answer settles it. */
  ended(model: string, keepsTag: boolean): void {
    this.#keepsTag.set(model, keepsTag || this.#keepsTag.get(model) === true);
  }

  /** At most as many tokens as are to be sent to a model. */
  room(model: string, configured: number): number {
    return Math.min(configured, this.#room.get(model) ?? configured);
  }

  /**
   * Whether a request that was refused with these words is worth another try, changed. `shortened`: how
   * often it was made shorter already.
   */
  learn(
    words: string,
    model: string,
    sent: readonly ChatCompletionMessageParam[],
    shortened: number,
  ): 'shorter' | 'otherwise' | undefined {
    if (this.streamOptions && knowsNoStreamOptions(words)) {
      this.streamOptions = false;
      return 'otherwise';
    }
    if (!this.noSystem && wantsNoSystem(words) && sent.some((m) => m.role === 'system')) {
      this.noSystem = true;
      return 'otherwise';
    }
    const history = sent.filter((m) => m.role !== 'system').length > 1;
    if (!isTooLong(words) || !history || shortened >= SHORTER) return undefined;
    const tokens = sent.reduce(
      (sum, { content }) => sum + aboutTokens(textOf(content)) + imagesIn(content) * PER_IMAGE,
      0,
    );
    this.#room.set(model, Math.floor(tokens / 2));
    return 'shorter';
  }
}

function textOf(content: ChatCompletionMessageParam['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => ('text' in part ? part.text : '')).join('');
}

function imagesIn(content: ChatCompletionMessageParam['content']): number {
  return Array.isArray(content) ? content.filter((part) => part.type === 'image_url').length : 0;
}
