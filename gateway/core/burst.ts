import type { StoredMessage } from './message.ts';

type Mergeable = Pick<
  StoredMessage,
  'kind' | 'sender' | 'attachments' | 'album' | 'receivedAt' | 'stateless'
>;

/** True for a message that carries photos or videos only: the one thing people send in bursts. */
export function isBurstItem(
  message: Pick<StoredMessage, 'kind' | 'attachments' | 'stateless'>,
): boolean {
  return (
    message.kind === 'message' &&
    message.stateless === undefined &&
    message.attachments.length > 0 &&
    message.attachments.every((a) => a.kind === 'photo' || a.kind === 'video')
  );
}

/**
 * How many messages at the head of a lane's queue make up the next turn: 1, or the length of a photo
 * burst. The single merge rule of the gateway, used for live bursts, albums and queues alike.
 *
 * Items merge when they come from one sender and are of one album, or follow each other within
 * `windowMs`. Another sender, a voice message, a document, a command or plain text ends the burst.
 * Nothing is glued or dropped: every message keeps its id, and the later ones get outcome `merged`.
 */
export function burstLength(queue: readonly Mergeable[], windowMs: number): number {
  const head = queue[0];
  if (head === undefined) return 0;
  if (!isBurstItem(head)) return 1;
  let length = 1;
  for (; length < queue.length; length++) {
    const item = queue[length] as Mergeable;
    const previous = queue[length - 1] as Mergeable;
    if (!isBurstItem(item) || item.sender.id !== head.sender.id) break;
    const sameAlbum = item.album !== undefined && item.album === previous.album;
    const close = item.receivedAt - previous.receivedAt <= windowMs;
    if (!sameAlbum && !close) break;
  }
  return length;
}

/** What the agent is given for a burst: the captions in order, every attachment. */
export function mergeBurst(
  messages: readonly Pick<StoredMessage, 'text' | 'attachments'>[],
): Pick<StoredMessage, 'text' | 'attachments'> {
  return {
    text: messages
      .map((m) => m.text)
      .filter((text) => text !== '')
      .join('\n'),
    attachments: messages.flatMap((m) => m.attachments),
  };
}

/** The most items of one burst: a lane whose burst has grown to this many starts it, whatever else comes. */
export const BURST_LIMIT = 32;

/**
 * When the turn at the head of a queue may start, in epoch milliseconds (`windowMs` is `queue.burst_window`, whose
 * default stands in `settings.ts`): at once, or, for a burst that
 * may still grow, `windowMs` after its newest item.
 */
export function readyAt(queue: readonly Mergeable[], windowMs: number): number {
  const length = burstLength(queue, windowMs);
  const head = queue[0];
  if (head === undefined || !isBurstItem(head)) return 0;
  if (length < queue.length || length >= BURST_LIMIT) return 0;
  return (queue[length - 1] as Mergeable).receivedAt + windowMs;
}
