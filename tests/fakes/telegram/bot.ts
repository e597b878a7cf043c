import type { Message } from 'grammy/types';
import type { Loosely } from '../shared/loosely.ts';
import { readHtml } from './markup.ts';
import type { Kept, Said, TopicChange } from './types.ts';

/** The Bot API's refusals, as `description` says them. */
export class Bad extends Error {
  readonly code: number;
  /** What a program needs to know of it: https://core.telegram.org/bots/api#responseparameters */
  readonly parameters: object | undefined;
  constructor(description: string, code = 400, parameters?: object) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

type Args = Record<string, unknown>;

/** The topic of a forum that is always there. */
const GENERAL = 1;

export const BOT = { id: 4242, is_bot: true, first_name: 'Sluice', username: 'sluice_bot' };

/** The state of one bot and its chats; the methods an adapter uses, by the Bot API's documentation. */
export class Bot {
  readonly messages: Kept[] = [];
  readonly actions: { chat: string; action: string }[] = [];
  readonly reactions: { chat: string; id: number; emoji: string[] }[] = [];
  readonly callbacks: { id: string; text: string }[] = [];
  readonly files = new Map<string, Buffer>();
  /** Updates that are not confirmed. */
  updates: { update_id: number; [kind: string]: unknown }[] = [];
  confirmed: { update_id: number }[] = [];
  commands: unknown = [];
  webhook = '';
  #updateId = 700_000_000;
  #messageIds = new Map<string, number>();
  readonly #topics = new Map<string, TopicChange['state']>();
  readonly #moved = new Map<string, string>();

  say(said: Said): { message_id: number; update_id: number } {
    const chat = String(said.chat);
    const type = said.type ?? (said.chat > 0 ? 'private' : 'supergroup');
    const edited = said.edits !== undefined;
    const message_id = said.edits ?? this.#nextId(chat);
    const text = said.text;
    const body = text ?? said.caption ?? '';
    const entities = entitiesOf(body);
    const file = (key: string) => {
      this.files.set(key, Buffer.from(`content of ${key}`));
      return { file_id: key, file_unique_id: `u-${key}`, file_size: `content of ${key}`.length };
    };
    const message = {
      message_id,
      date: Math.floor(Date.now() / 1000),
      chat:
        type === 'private'
          ? { id: said.chat, type, first_name: 'P' }
          : { id: said.chat, type: type as 'group', title: 'G' },
      from: { id: said.user, is_bot: false, first_name: said.name ?? `user${said.user}` },
      ...(text === undefined ? {} : { text, entities }),
      ...(said.caption === undefined ? {} : { caption: said.caption, caption_entities: entities }),
      ...(said.thread === undefined
        ? {}
        : { message_thread_id: said.thread, is_topic_message: true }),
      ...(said.album === undefined ? {} : { media_group_id: said.album }),
      ...(said.photo === undefined
        ? {}
        : {
            photo: [
              { ...file(`${said.photo}-small`), width: 90, height: 90 },
              { ...file(said.photo), width: 900, height: 900 },
            ],
          }),
      ...(said.document === undefined
        ? {}
        : {
            document: { ...file(said.document), file_name: said.document, mime_type: 'text/plain' },
          }),
      ...(said.voice === undefined
        ? {}
        : { voice: { ...file(said.voice), duration: 1, mime_type: 'audio/ogg' } }),
      ...(said.replyTo === undefined ? {} : { reply_to_message: this.#quoted(chat, said) }),
      ...(edited ? { edit_date: Math.floor(Date.now() / 1000) } : {}),
    } satisfies Loosely<Message>;
    if (!edited) {
      this.messages.push({
        chat,
        id: message_id,
        bot: false,
        at: performance.now(),
        text: body,
        deleted: false,
        versions: [],
        ...(said.thread === undefined ? {} : { thread: said.thread }),
      });
    }
    return {
      message_id,
      update_id: this.push({ [edited ? 'edited_message' : 'message']: message }),
    };
  }

  /** An administrator closes, opens or deletes a topic; what was written in it goes with it. */
  topic({ chat, thread, state }: TopicChange): void {
    this.#topics.set(`${chat}/${thread}`, state);
    if (state !== 'deleted') return;
    for (const message of this.messages)
      if (message.chat === chat && message.thread === thread) message.deleted = true;
  }

  /** A group becomes a supergroup, with another id and numbers of its own. */
  migrate(chat: string, to: string): void {
    this.#moved.set(chat, to);
    this.#messageIds.set(to, 1000);
  }

  /** A person presses a button of one of the bot's messages. */
  press(chat: string, user: number, data: string, messageId: number): number {
    return this.push({
      callback_query: {
        id: `cb-${this.#updateId}`,
        from: { id: user, is_bot: false, first_name: `user${user}` },
        chat_instance: '1',
        data,
        message: { message_id: messageId, date: 1, chat: { id: Number(chat), type: 'private' } },
      },
    });
  }

  push(update: object): number {
    const update_id = ++this.#updateId;
    this.updates.push({ update_id, ...update });
    return update_id;
  }

  call(method: string, args: Args): unknown {
    switch (method) {
      case 'getMe':
        return { ...BOT, can_join_groups: true, can_read_all_group_messages: false };
      case 'getWebhookInfo':
        return { url: this.webhook, pending_update_count: this.updates.length };
      case 'setMyCommands':
        this.commands = args.commands;
        return true;
      case 'sendMessage':
        return this.#send(args);
      case 'editMessageText':
        return this.#edit(args);
      case 'deleteMessage':
        this.#find(args).deleted = true;
        return true;
      case 'editMessageReplyMarkup':
        delete this.#find(args).keyboard;
        return true;
      case 'sendChatAction':
        this.#thread(args);
        this.actions.push({ chat: this.#chat(args), action: String(args.action) });
        return true;
      case 'setMessageReaction': {
        const emoji = ((args.reaction ?? []) as { emoji: string }[]).map((r) => r.emoji);
        this.reactions.push({ chat: this.#chat(args), id: Number(args.message_id), emoji });
        return true;
      }
      case 'answerCallbackQuery':
        this.callbacks.push({ id: String(args.callback_query_id), text: String(args.text ?? '') });
        return true;
      case 'getFile': {
        const id = String(args.file_id);
        if (!this.files.has(id)) throw new Bad('Bad Request: invalid file_id');
        return {
          file_id: id,
          file_unique_id: id,
          file_path: `documents/${encodeURIComponent(id)}`,
        };
      }
      default:
        throw new Bad('Not Found', 404);
    }
  }

  #chat(args: Args): string {
    const chat = String(args.chat_id ?? '');
    if (chat === '403') throw new Bad('Forbidden: bot was blocked by the user', 403);
    if (!this.#messageIds.has(chat)) throw new Bad('Bad Request: chat not found');
    const to = this.#moved.get(chat);
    if (to === undefined) return chat;
    throw new Bad('Bad Request: group chat was upgraded to a supergroup chat', 400, {
      migrate_to_chat_id: Number(to),
    });
  }

  /** The topic that a request names. General cannot be named, one that is closed is for administrators. */
  #thread(args: Args, thread = args.message_thread_id): number | undefined {
    const state = this.#topics.get(`${this.#chat(args)}/${thread ?? GENERAL}`);
    if (thread === GENERAL || state === 'deleted')
      throw new Bad('Bad Request: message thread not found');
    if (state === 'closed') throw new Bad('Bad Request: TOPIC_CLOSED');
    return thread === undefined ? undefined : Number(thread);
  }

  /**
   * What a message answers (https://core.telegram.org/bots/api#replyparameters). One that is not there
   * does not matter with `allow_sending_without_reply`, which in a topic is not heeded.
   */
  #answered(args: Args): Kept | undefined {
    const asked = args.reply_parameters as
      | { message_id: number; allow_sending_without_reply?: boolean }
      | undefined;
    if (asked === undefined) return undefined;
    const chat = this.#chat(args);
    const found = this.messages.find(
      (m) => m.chat === chat && m.id === asked.message_id && !m.deleted,
    );
    const optional =
      asked.allow_sending_without_reply === true && args.message_thread_id === undefined;
    if (found === undefined && !optional)
      throw new Bad('Bad Request: message to be replied not found');
    return found;
  }

  #text(args: Args): string {
    let text = String(args.text ?? '');
    try {
      if (args.parse_mode === 'HTML') text = readHtml(text);
    } catch (error) {
      throw new Bad(`Bad Request: ${(error as Error).message}`);
    }
    if (text.trim() === '') throw new Bad('Bad Request: message text is empty');
    if (text.length > 4096) throw new Bad('Bad Request: message is too long');
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) {
      throw new Bad('Bad Request: strings must be encoded in UTF-8');
    }
    return text;
  }

  #send(args: Args): unknown {
    const chat = this.#chat(args);
    const text = this.#text(args);
    const replyTo = this.#answered(args);
    // Without a topic a message goes to that of the one which it answers.
    const thread = this.#thread(args, args.message_thread_id ?? replyTo?.thread);
    const keyboard = (args.reply_markup as { inline_keyboard?: Kept['keyboard'] } | undefined)
      ?.inline_keyboard;
    for (const { callback_data } of keyboard?.flat() ?? []) {
      if (Buffer.byteLength(callback_data) > 64) throw new Bad('Bad Request: BUTTON_DATA_INVALID');
    }
    const kept: Kept = {
      chat,
      id: this.#nextId(chat),
      bot: true,
      at: performance.now(),
      text,
      deleted: false,
      versions: [],
      ...(thread === undefined ? {} : { thread }),
      ...(replyTo === undefined ? {} : { replyTo: replyTo.id }),
      ...(keyboard === undefined ? {} : { keyboard }),
    };
    this.messages.push(kept);
    return this.#view(kept);
  }

  #edit(args: Args): unknown {
    const kept = this.#find(args);
    const text = this.#text(args);
    if (!kept.bot) throw new Bad("Bad Request: message can't be edited");
    if (kept.text === text) {
      throw new Bad(
        'Bad Request: message is not modified: specified new message content is the same',
      );
    }
    kept.versions.push(kept.text);
    kept.text = text;
    return this.#view(kept);
  }

  #find(args: Args): Kept {
    const chat = this.#chat(args);
    const id = Number(args.message_id);
    const kept = this.messages.find((m) => m.chat === chat && m.id === id && !m.deleted);
    if (kept === undefined) throw new Bad('Bad Request: message to edit not found');
    return kept;
  }

  #view({ chat, id, text }: Kept) {
    return {
      message_id: id,
      date: 1,
      chat: { id: Number(chat), type: 'private' },
      from: BOT,
      text,
    };
  }

  #quoted(chat: string, said: Said) {
    const to = this.messages.find((m) => m.chat === chat && m.id === said.replyTo);
    const from = to?.bot || said.replyToBot ? BOT : { id: 1, is_bot: false, first_name: 'someone' };
    return {
      message_id: said.replyTo ?? 0,
      date: 1,
      chat: { id: said.chat },
      from,
      text: to?.text ?? '',
    };
  }

  #nextId(chat: string): number {
    const id = (this.#messageIds.get(chat) ?? 0) + 1;
    this.#messageIds.set(chat, id);
    return id;
  }
}

/** The entities that the platform itself finds in a text. */
function entitiesOf(text: string): object[] {
  const found: object[] = [];
  for (const match of text.matchAll(/(?:^|\s)(\/[a-z0-9_]+(?:@\w+)?)/gi)) {
    const word = match[1] as string;
    found.push({
      type: 'bot_command',
      offset: match.index + match[0].length - word.length,
      length: word.length,
    });
  }
  for (const match of text.matchAll(/(?<![\w/])@\w+/g)) {
    found.push({ type: 'mention', offset: match.index, length: match[0].length });
  }
  return found;
}
