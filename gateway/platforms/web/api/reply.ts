import type { Settled } from '../../platform.ts';
import { NO_RETRY, Problem } from '../http/problem.ts';

/** What every object of one reply has in common; the id carries our message's. */
export interface ReplyHead {
  readonly message: string;
  readonly model: string;
  /** Seconds since the epoch. */
  readonly created: number;
}

/** The reason the reply ended; `length` is the nearest word there is for one that was cut short. */
export type FinishReason = 'stop' | 'length';

export function finishOf(settled: Settled): FinishReason {
  return settled.outcome === 'cancelled' ? 'length' : 'stop';
}

/** A whole reply: `chat.completion`. */
export function completion(head: ReplyHead, settled: Settled): object {
  return {
    id: `chatcmpl-${head.message}`,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: settled.text, refusal: null },
        logprobs: null,
        finish_reason: finishOf(settled),
      },
    ],
    ...usageOf(settled),
  };
}

/** One piece of a streamed reply as a server-sent event: `chat.completion.chunk`. */
export function chunk(head: ReplyHead, delta: object, finish: FinishReason | null = null): string {
  return event({
    ...chunkHead(head),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
}

/** The last chunk when `include_usage` was asked for and the agent told its usage. */
export function usageChunk(head: ReplyHead, settled: Settled): string {
  const usage = usageOf(settled);
  return 'usage' in usage ? event({ ...chunkHead(head), choices: [], ...usage }) : '';
}

/** An error in the middle of a stream; the openai package throws it as an APIError. */
export function errorEvent(problem: Problem): string {
  return event(problem.body());
}

export const DONE = 'data: [DONE]\n\n';

/** The problem a settled message is, where it brought no reply. */
export function settledProblem(settled: Settled): Problem | undefined {
  const because = settled.error === undefined ? '' : ` ${settled.error}`;
  const headers = { ...NO_RETRY, 'x-sluice-message-id': settled.message };
  switch (settled.outcome) {
    case 'dead':
      return new Problem(502, 'agent_failed', `The agent did not answer.${because}`, { headers });
    case 'rejected':
      return new Problem(403, 'rejected', `The message was refused.${because}`, { headers });
    case 'cancelled':
      if (settled.text !== '') return undefined;
      return new Problem(
        409,
        'cancelled',
        `The message was cancelled before there was an answer.${because}`,
        { headers },
      );
    default:
      return undefined;
  }
}

function chunkHead(head: ReplyHead): object {
  return {
    id: `chatcmpl-${head.message}`,
    object: 'chat.completion.chunk',
    created: head.created,
    model: head.model,
  };
}

function usageOf(settled: Settled): object {
  const { inputTokens, outputTokens } = settled.usage ?? {};
  if (inputTokens === undefined && outputTokens === undefined) return {};
  return {
    usage: {
      prompt_tokens: inputTokens ?? 0,
      completion_tokens: outputTokens ?? 0,
      total_tokens: (inputTokens ?? 0) + (outputTokens ?? 0),
    },
  };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
