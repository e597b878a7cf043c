import type { ChatCompletionContentPart, ChatCompletionMessageParam } from 'openai/resources';
import type { Attachment, TranscriptEntry } from '../../core/message.ts';
import type { TurnInput } from '../agent.ts';
import { aboutTokens, PER_IMAGE, trimHistory } from './history.ts';

export interface PromptParts {
  readonly system: string | undefined;
  readonly contextTokens: number;
  /** What was said before, oldest first. */
  readonly history: readonly TranscriptEntry[];
  /** Data URLs of the message's images, by attachment; absent where the model sees none. */
  readonly images: ReadonlyMap<Attachment, string>;
}

/**
 * The messages of one request: the system prompt and the new message always, and of the history what
 * fits beside them. Images go along with the new message only; earlier ones are named.
 */
export function promptOf(
  input: Pick<TurnInput, 'text' | 'attachments'>,
  parts: PromptParts,
): ChatCompletionMessageParam[] {
  const { system, contextTokens, images, history } = parts;
  const text = withFiles(
    input.text,
    input.attachments.filter((a) => !images.has(a)),
  );
  const room =
    contextTokens -
    (system === undefined ? 0 : aboutTokens(system)) -
    aboutTokens(text) -
    images.size * PER_IMAGE;
  const content: ChatCompletionContentPart[] = [...images.values()].map((url) => ({
    type: 'image_url',
    image_url: { url },
  }));
  if (text !== '') content.unshift({ type: 'text', text });
  return [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    ...trimHistory(history, room).map(lineOf),
    { role: 'user', content: images.size === 0 ? text : content },
  ];
}

function lineOf({ role, text, attachments }: TranscriptEntry): ChatCompletionMessageParam {
  return { role, content: withFiles(text, attachments ?? []) };
}

/** Names files the model does not get to see, so that it can say so instead of guessing. */
function withFiles(text: string, files: readonly Attachment[]): string {
  if (files.length === 0) return text;
  const names = files.map(
    (f) => `[${f.kind}${f.name === undefined ? '' : ` ${f.name}`}, not shown]`,
  );
  return [text, ...names].filter((part) => part !== '').join('\n');
}
