import type { TranscriptEntry } from '../../core/message.ts';

/** What a message costs beyond its text, and an image, in tokens. Both are rules of thumb. */
const PER_MESSAGE = 4;
export const PER_IMAGE = 1_000;
const BYTES_PER_TOKEN = 3.5;

/**
 * About how many tokens a text has: its UTF-8 bytes by 3.5. An estimate that is a little high for
 * English and about right for other scripts; the exact number depends on the model's own tokenizer,
 * which a gateway for any endpoint does not have.
 */
export function aboutTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN) + PER_MESSAGE;
}

/**
 * The newest part of the history that fits into `room` tokens, oldest first. Lines are kept whole or
 * dropped; the first that does not fit ends it, so that no gap arises, and an answer whose question
 * was dropped goes too.
 */
export function trimHistory(
  history: readonly TranscriptEntry[],
  room: number,
): readonly TranscriptEntry[] {
  let left = room;
  let from = history.length;
  while (from > 0) {
    left -= aboutTokens((history[from - 1] as TranscriptEntry).text);
    if (left < 0) break;
    from -= 1;
  }
  while (from > 0 && history[from]?.role === 'assistant') from += 1;
  return history.slice(from);
}
