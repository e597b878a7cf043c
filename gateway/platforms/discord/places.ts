import {
  type APIMessage,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from 'discord-api-types/v10';
import type { Address } from '../../core/message.ts';
import { Code, codeOf, type REST } from './rest.ts';

/** What goes before a text that comes in the channel because its thread takes nothing. */
const GONE = '(The thread is gone, so this comes here.)\n\n';
const CLOSED = '(The thread is closed, so this comes here.)\n\n';

type Body = Omit<RESTPostAPIChannelMessageJSONBody, 'components'> & {
  readonly content: string;
  readonly components?: readonly object[];
};

export const channelOf = ({ chat, thread }: Address): string => thread ?? chat;

/** Where a message goes, and what is known of the thread. */
export interface Place {
  readonly address: Address;
  /** The message that it answers. */
  readonly answers?: string;
  /** The conversation's thread is opened from this message where it is not there yet. */
  readonly opens?: string;
  /** A thread of invited people: what is said in it is not for the whole channel. */
  readonly secret?: boolean;
}

/**
 * Sends a message to its place, or to the nearest that is left: a thread that is not there yet is opened, an
 * archived one is taken out of the archive, and one that is gone or locked gives way to its channel, with a
 * note. Only a refusal leads on, for a refused send took no effect. Resolves with the message's id.
 * @throws what the last request was refused with.
 */
export async function sendToNearest(
  rest: REST,
  place: Place,
  body: Body,
  signal?: AbortSignal,
): Promise<string> {
  const { address, opens, secret } = place;
  const { thread, chat } = address;
  try {
    return await sendToPlace(rest, place, body, signal);
  } catch (error) {
    if (thread === undefined || secret === true || !isThreadGone(error)) throw error;
    const note = codeOf(error) === Code.UNKNOWN_CHANNEL ? GONE : CLOSED;
    // What it answered lies in the thread, unless the thread was opened from it.
    const answers = opens === thread ? pointsAt(chat, opens) : {};
    return send(rest, chat, { ...body, ...answers, content: note + body.content }, signal);
  }
}

/** As `sendToNearest`, to that place alone. */
export async function sendToPlace(
  rest: REST,
  { address, answers, opens }: Place,
  body: Body,
  signal?: AbortSignal,
): Promise<string> {
  const channel = channelOf(address);
  const points = answers === undefined ? {} : pointsAt(channel, answers);
  const whole = { ...body, ...points };
  try {
    return await send(rest, channel, whole, signal);
  } catch (error) {
    const opened =
      codeOf(error) === Code.UNKNOWN_CHANNEL && opens !== undefined && opens === address.thread
        ? await openThread(rest, address.chat, opens, body.content)
        : codeOf(error) === Code.THREAD_ARCHIVED && (await unarchive(rest, channel));
    if (!opened) throw error;
    return send(rest, channel, whole, signal);
  }
}

/** A reference to a message of the same channel. In a thread opened from it there is no need for one. */
function pointsAt(channel: string, message_id: string): Partial<Body> {
  if (channel === message_id) return {};
  return { message_reference: { message_id, fail_if_not_exists: false } };
}

async function send(rest: REST, channel: string, body: Body, signal?: AbortSignal) {
  // What an agent writes must not call everybody.
  const sent = await rest.post(Routes.channelMessages(channel), {
    body: { allowed_mentions: { parse: [], replied_user: true }, ...body },
    ...(signal === undefined ? {} : { signal }),
  });
  return (sent as APIMessage).id;
}

/** A thread opened from a message has the message's id. False where Discord does not let it be opened. */
async function openThread(
  rest: REST,
  channel: string,
  message: string,
  text: string,
): Promise<boolean> {
  const name = text.replaceAll(/\s+/g, ' ').trim().slice(0, 60) || 'Conversation';
  return granted(() => rest.post(Routes.threads(channel, message), { body: { name } }));
}

/** Writing to an archived thread takes it out of the archive; one that was locked, too, needs to be asked. */
export function unarchive(rest: REST, thread: string): Promise<boolean> {
  return granted(() => rest.patch(Routes.channel(thread), { body: { archived: false } }));
}

/** Whether Discord did as it was asked, or had before. @throws where it gave no answer. */
async function granted(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return codeOf(error) === Code.THREAD_EXISTS;
  }
}

/** The thread takes nothing: it was deleted, or locked by a moderator. */
export function isThreadGone(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === Code.UNKNOWN_CHANNEL || code === Code.THREAD_ARCHIVED || code === Code.THREAD_LOCKED
  );
}
