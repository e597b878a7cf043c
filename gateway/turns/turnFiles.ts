import type { Attachments } from '../attachments/attachments.ts';
import type { Address, StoredMessage } from '../core/message.ts';

/** What a turn says to its agent. */
export type TurnText = Pick<StoredMessage, 'text' | 'attachments'>;

/**
 * The same with its files in the store: their refs are `sha256:…`. A file that cannot be had is a line
 * of the text, never a failed turn; one note above what the person wrote would look like their words.
 */
export async function withFiles(
  given: TurnText,
  address: Address,
  attachments: Attachments,
  signal: AbortSignal,
): Promise<TurnText> {
  const fetched = await attachments.fetch(address, given.attachments, signal);
  const text = [given.text, ...fetched.notes].filter((part) => part !== '').join('\n');
  return { text, attachments: fetched.attachments };
}
