import type { Outbound } from '../../core/outbox.ts';
import { type Refused, refusalOf } from './api.ts';

/** Where a text goes, in the Bot API's words. */
export interface Target {
  readonly chat_id: string;
  readonly message_thread_id?: number;
}

/** A place, and what a text sent there has with it. */
export interface Place {
  readonly target: Target;
  /** The message that it answers. */
  readonly answers?: number;
  /** What a person has to be told about the place: a line that goes before the text. */
  readonly note: string;
}

/** The longest note, which a text of `SPLIT_LIMIT` has to have room for. */
const GONE = '(The topic is gone, so this comes here.)\n\n';
const CLOSED = '(The topic is closed, so this comes here.)\n\n';

/** A forum's General topic. Its messages come without a topic, and Telegram refuses them with this one. */
const GENERAL = '1';

export function targetOf({ chat, thread }: Outbound['address']): Target {
  return {
    chat_id: chat,
    ...(thread === undefined || thread === GENERAL ? {} : { message_thread_id: Number(thread) }),
  };
}

/** The fields of a request that sends to a place. */
export function fieldsOf({ target, answers }: Place): object {
  if (answers === undefined) return target;
  // In a forum's topic Telegram does not heed the second one.
  const reply_parameters = { message_id: answers, allow_sending_without_reply: true };
  return { ...target, reply_parameters };
}

/**
 * Sends to a place, or to the nearest that is left: a message that is gone is not answered but followed, a
 * topic that is gone or closed gives way to its chat (with a note), a group that became a supergroup is
 * followed to its new id. Only a refusal leads on, for a refused send took no effect.
 * @throws what the last request was refused with.
 */
export async function sendToNearest<T>(
  place: Place,
  send: (fields: object, note: string) => Promise<T>,
): Promise<T> {
  for (let at: Place | undefined = place; ; ) {
    try {
      return await send(fieldsOf(at), at.note);
    } catch (error) {
      const refused = refusalOf(error);
      at = refused === undefined ? undefined : after(at, refused);
      if (at === undefined) throw error;
    }
  }
}

/** The next place after a refusal. Each lacks something that the one before had, so there is a last one. */
function after({ target, answers, note }: Place, refused: Refused): Place | undefined {
  const { chat_id, message_thread_id } = target;
  const { movedTo } = refused;
  if (movedTo !== undefined && movedTo !== chat_id) {
    return { target: { ...target, chat_id: movedTo }, note };
  }
  if (message_thread_id !== undefined && isThreadGone(refused)) {
    // What it answered lies in the topic: pointing at that would lead back into it.
    return { target: { chat_id }, note: refused.says('topic_closed') ? CLOSED : GONE };
  }
  // Without a topic of its own a text goes to that of the message which it answers.
  const unanswerable = isAnsweredGone(refused) || isThreadGone(refused);
  if (answers !== undefined && unanswerable) return { target, note };
  return undefined;
}

/** The topic takes nothing: it was deleted, topics were switched off, or only administrators may write. */
export function isThreadGone(refused: Refused): boolean {
  return ['message thread not found', 'topic_deleted', 'topic_id_invalid', 'topic_closed'].some(
    (words) => refused.says(words),
  );
}

/** The words for it have changed between versions of the Bot API's server. */
function isAnsweredGone(refused: Refused): boolean {
  return [
    'message to be replied not found',
    'replied message not found',
    'reply message not found',
    'reply_message_id_invalid',
  ].some((words) => refused.says(words));
}
