import type { Message, MessageEntity, Update } from 'grammy/types';
import type { Inbound, JsonValue } from '../../core/message.ts';
import { attachmentsOf, wordsOf } from './attachments.ts';

/** The bot itself, as getMe names it. */
export interface Self {
  readonly id: number;
  readonly username: string;
}

export interface ReadOptions {
  readonly account: string;
  readonly groups: 'addressed' | 'all' | 'off';
  readonly edited: 'message' | 'ignore';
}

/** What the reply needs again: the message to answer. */
export interface TelegramContext {
  readonly message_id: number;
  readonly group: boolean;
  /** When it was written, by Telegram's clock; epoch milliseconds. */
  readonly at?: number;
}

/** A message as read; who it is from has no role yet. */
export type Draft = Omit<Inbound, 'sender'> & {
  readonly sender: { readonly id: string; readonly name: string };
};

const QUOTED = 500;

/**
 * Reads an update. Undefined for what is not a message to this bot: service messages, other bots,
 * channel posts, group talk that does not address it. `album` tells whether an album was addressed
 * by an earlier item: only one of its items carries the caption.
 *
 * The identity of a delivery is the message's own (chat and message id, and for an edit the update's),
 * not `update_id` alone, which Telegram may restart at random after a quiet week.
 */
export function readUpdate(
  update: Update,
  self: Self,
  options: ReadOptions,
  albumAddressed: (album: string) => boolean,
): Draft | undefined {
  const message = update.message ?? update.edited_message;
  if (message === undefined) return undefined;
  const edited = update.message === undefined;
  if (edited && options.edited === 'ignore') return undefined;
  const sender = senderOf(message);
  if (sender === undefined) return undefined;
  const direct = message.chat.type === 'private';
  const attachments = attachmentsOf(message);
  const body = message.text ?? message.caption ?? wordsOf(message);
  if (body === '' && attachments.length === 0) return undefined;

  const entities = message.entities ?? message.caption_entities ?? [];
  const command = commandOf(body, entities, self);
  if (command === 'other') return undefined;
  if (!direct) {
    if (options.groups === 'off') return undefined;
    const addressed =
      command !== undefined ||
      repliesTo(message, self) ||
      mentions(body, entities, self) ||
      (message.media_group_id !== undefined && albumAddressed(message.media_group_id));
    if (options.groups === 'addressed' && !addressed) return undefined;
  }

  const context: TelegramContext = {
    message_id: message.message_id,
    group: !direct,
    at: (message.edit_date ?? message.date) * 1000,
  };
  const id = `${message.chat.id}:${message.message_id}`;
  const text = command ?? `${quoteOf(message)}${withoutMention(body, entities, self)}`;
  return {
    address: {
      platform: 'telegram',
      account: options.account,
      chat: String(message.chat.id),
      ...(message.is_topic_message === true && message.message_thread_id !== undefined
        ? { thread: String(message.message_thread_id) }
        : {}),
    },
    updateId: edited ? `${id}:edit:${update.update_id}` : id,
    sender,
    direct,
    // The mark keeps an edited command from being one: what was ordered was ordered once.
    text: edited ? `[edited] ${text}` : text,
    attachments,
    ...(message.media_group_id === undefined ? {} : { album: message.media_group_id }),
    context: context as unknown as JsonValue,
  };
}

function senderOf(message: Message): Draft['sender'] | undefined {
  // A group's anonymous administrators, and people who write as a channel.
  if (message.sender_chat !== undefined) {
    const { id } = message.sender_chat;
    return { id: `chat:${id}`, name: message.sender_chat.title ?? 'anonymous' };
  }
  const from = message.from;
  if (from === undefined || from.is_bot) return undefined;
  const name = [from.first_name, from.last_name].filter(Boolean).join(' ');
  return { id: String(from.id), name: name || (from.username ?? String(from.id)) };
}

/** The command without the bot's name; `other` for one that is meant for another bot. */
function commandOf(
  body: string,
  entities: MessageEntity[],
  self: Self,
): string | 'other' | undefined {
  const entity = entities.find((e) => e.type === 'bot_command' && e.offset === 0);
  if (entity === undefined) return undefined;
  const [name = '', bot] = body.slice(0, entity.length).split('@');
  if (bot !== undefined && bot.toLowerCase() !== self.username.toLowerCase()) return 'other';
  return name + body.slice(entity.length);
}

function repliesTo(message: Message, self: Self): boolean {
  const to = message.reply_to_message;
  // In a topic, every message "replies" to the one that opened it.
  return to?.from?.id === self.id && to.forum_topic_created === undefined;
}

const isMention = (body: string, entity: MessageEntity, self: Self): boolean =>
  (entity.type === 'mention' &&
    body.slice(entity.offset, entity.offset + entity.length).toLowerCase() ===
      `@${self.username.toLowerCase()}`) ||
  (entity.type === 'text_mention' && entity.user.id === self.id);

function mentions(body: string, entities: MessageEntity[], self: Self): boolean {
  return entities.some((entity) => isMention(body, entity, self));
}

/** The text without a mention of the bot at its beginning: it is an address, not a word. */
function withoutMention(body: string, entities: MessageEntity[], self: Self): string {
  const first = entities.find((e) => e.offset === 0 && isMention(body, e, self));
  return first === undefined ? body : body.slice(first.length).replace(/^[\s,:]+/, '');
}

/** What the message answers, quoted above it. */
function quoteOf(message: Message): string {
  const to = message.reply_to_message;
  if (to === undefined || to.forum_topic_created !== undefined) return '';
  const said = message.quote?.text ?? to.text ?? to.caption ?? wordsOf(to as Message);
  if (said === '') return '';
  const short =
    said.length > QUOTED ? `${said.slice(0, QUOTED).replace(/[\ud800-\udbff]$/, '')}…` : said;
  return `${short
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n\n`;
}
