import { z } from 'zod';
import type { Attachment, TranscriptEntry } from '../../../core/message.ts';
import { Problem } from '../http/problem.ts';

const Part = z.union([
  z.object({ type: z.enum(['text', 'input_text']), text: z.string() }),
  z.object({
    type: z.literal('image_url'),
    image_url: z.union([z.string(), z.object({ url: z.string() })]),
  }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
]);

const Message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(Part), z.null()]).optional(),
});

const Request = z.object({
  model: z.string().max(200).nullish(),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.int().nullish(),
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
});

/** A request of the chat completions API, as far as it means something here. */
export interface ChatRequest {
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly model: string | undefined;
  /** Up to and including the last assistant message, and every system message: what went before. */
  readonly history: readonly TranscriptEntry[];
  /** The messages after the last assistant one, as one text. */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Things that were asked for and are not done, to be said in a header. */
  readonly ignored: readonly string[];
}

type Message = z.output<typeof Message>;

/**
 * Reads a request (https://platform.openai.com/docs/api-reference/chat/create). Unknown keys are left
 * alone, as clients send many; what cannot be done and would change the answer's shape is refused.
 * @throws Problem 400 naming the field.
 */
export function readChatRequest(value: unknown): ChatRequest {
  const parsed = Request.safeParse(value);
  if (!parsed.success) throw fieldProblem(parsed.error.issues[0]);
  const { messages, model, stream, n, tools, tool_choice } = parsed.data;
  if ((n ?? 1) !== 1) throw bad('n', 'Only one answer is given: leave `n` out or send 1.');
  if (tool_choice === 'required' || (typeof tool_choice === 'object' && tool_choice !== null)) {
    throw bad('tool_choice', 'The agent uses its own tools; it cannot be made to call yours.');
  }
  const last = messages.findLastIndex((m) => m.role === 'assistant');
  const fresh = messages.slice(last + 1).filter((m) => m.role === 'user');
  if (fresh.length === 0) {
    throw bad(
      'messages',
      'There is no user message after the last assistant one: nothing to answer.',
    );
  }
  const text = fresh
    .map(textOf)
    .filter((t) => t !== '')
    .join('\n\n');
  const attachments = fresh.flatMap(imagesOf);
  if (text.trim() === '' && attachments.length === 0) {
    throw bad('messages', 'The last user message is empty.');
  }
  const before = messages.filter((m, i) => i <= last || systemRole(m));
  return {
    stream: stream ?? false,
    includeUsage: parsed.data.stream_options?.include_usage ?? false,
    model: model ?? undefined,
    history: before.filter((m) => m.role !== 'tool' && m.role !== 'function').map(entryOf),
    text,
    attachments,
    ignored: tools !== undefined && tools !== null && tools.length > 0 ? ['tools'] : [],
  };
}

/**
 * Text that no store or platform holds faithfully: NUL and half of a surrogate pair.
 * @throws Problem 400.
 */
export function checkText(text: string, param: string): string {
  if (text.includes('\0')) throw bad(param, 'The text has a NUL character (U+0000); leave it out.');
  if (!text.isWellFormed()) {
    throw bad(param, 'The text has half a character (an unpaired UTF-16 surrogate); leave it out.');
  }
  return text;
}

function textOf(message: Message): string {
  const { content } = message;
  if (content === null || content === undefined) return '';
  const text =
    typeof content === 'string'
      ? content
      : content.map((p) => ('text' in p ? p.text : 'refusal' in p ? p.refusal : '')).join('\n');
  return checkText(text.trim() === '' ? '' : text, 'messages');
}

function imagesOf(message: Message): Attachment[] {
  if (!Array.isArray(message.content)) return [];
  return message.content.flatMap((part) => {
    if (part.type !== 'image_url') return [];
    const url = typeof part.image_url === 'string' ? part.image_url : part.image_url.url;
    const data = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=]*)$/.exec(url);
    if (data !== null) {
      const size = Math.floor(((data[2] as string).length * 3) / 4);
      return [{ kind: 'photo' as const, ref: url, type: data[1] as string, size }];
    }
    if (/^https?:\/\//i.test(url)) return [{ kind: 'photo' as const, ref: url }];
    throw bad(
      'messages',
      'An image_url is neither an http(s) address nor a base64 data: URL of an image.',
    );
  });
}

function systemRole(message: Message): boolean {
  return message.role === 'system' || message.role === 'developer';
}

function entryOf(message: Message): TranscriptEntry {
  const attachments = imagesOf(message);
  return {
    role: systemRole(message) ? 'system' : message.role === 'assistant' ? 'assistant' : 'user',
    text: textOf(message),
    ...(attachments.length > 0 ? { attachments } : {}),
  };
}

function fieldProblem(issue: z.core.$ZodIssue | undefined): Problem {
  const path = issue?.path.map(String).join('.') || 'body';
  return bad(path, `\`${path}\`: ${issue?.message ?? 'not as expected'}.`);
}

function bad(param: string, message: string): Problem {
  return new Problem(400, 'invalid_request', message, { param });
}
