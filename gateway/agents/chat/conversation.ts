import type { ChatCompletionContentPart, ChatCompletionMessageParam } from 'openai/resources';

/**
 * The messages as every model's template takes them: what one side said in several messages is one, since
 * some insist on questions and answers in turn. `noSystem`: the system prompt stands before the first
 * question, for templates that have no place for it.
 */
export function inTurns(
  messages: readonly ChatCompletionMessageParam[],
  { noSystem }: { noSystem: boolean },
): ChatCompletionMessageParam[] {
  const turns: ChatCompletionMessageParam[] = [];
  for (const message of messages) {
    const one = noSystem && message.role === 'system' ? asUser(message) : message;
    const last = turns.at(-1);
    if (last === undefined || last.role !== one.role) turns.push(one);
    else turns[turns.length - 1] = { ...last, content: joined(last, one) } as typeof last;
  }
  return turns;
}

function asUser({ content }: ChatCompletionMessageParam): ChatCompletionMessageParam {
  return { role: 'user', content: content as string };
}

/** Two texts make one; where a message has parts, the other becomes one of them. */
function joined(a: ChatCompletionMessageParam, b: ChatCompletionMessageParam) {
  if (typeof a.content === 'string' && typeof b.content === 'string')
    return `${a.content}\n\n${b.content}`;
  return [...parts(a), ...parts(b)];
}

function parts({ content }: ChatCompletionMessageParam): ChatCompletionContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return (content ?? []) as ChatCompletionContentPart[];
}
