import {
  type APIApplicationCommandInteraction,
  type APIAttachment,
  type APIMessage,
  ApplicationCommandType,
  type GatewayMessageCreateDispatchData,
  MessageType,
} from 'discord-api-types/v10';
import type { Address, Attachment, Inbound, JsonValue } from '../../core/message.ts';
import type { Place } from './channels.ts';

export interface ReadOptions {
  readonly account: string;
  readonly groups: 'addressed' | 'all' | 'off';
  readonly edited: 'message' | 'ignore';
  readonly threads: boolean;
}

/** What the reply needs again. */
export interface DiscordContext {
  /** The message to answer, on a server. */
  readonly message_id?: string;
  /** A slash command: its token works for a quarter of an hour. `at` in epoch milliseconds. */
  readonly interaction?: { readonly token: string; readonly at: number };
  /** It was said in a thread of invited people: the answer is not for the whole channel. */
  readonly secret?: true;
}

export type Draft = Omit<Inbound, 'sender'> & {
  readonly sender: { readonly id: string; readonly name: string };
  /** The server, where there is one: it may be allowed as a whole. */
  readonly guild?: string;
};

type Message = Pick<
  APIMessage,
  | 'id'
  | 'channel_id'
  | 'author'
  | 'content'
  | 'type'
  | 'attachments'
  | 'mentions'
  | 'edited_timestamp'
> &
  Partial<Pick<GatewayMessageCreateDispatchData, 'webhook_id' | 'referenced_message'>>;

const QUOTED = 500;

/** Where a message belongs: threads are channels of their own, and a lane below their parent here. */
export function addressOf(place: Place, account: string): Address {
  const { id, parent } = place;
  return parent === undefined
    ? { platform: 'discord', account, chat: id }
    : { platform: 'discord', account, chat: parent, thread: id };
}

/** Reads a message; undefined for what is not one to this bot. `edited`: it came as an update. */
export function readMessage(
  message: Message,
  edited: boolean,
  self: string,
  place: Place,
  options: ReadOptions,
): Draft | undefined {
  const { author, content, attachments } = message;
  if (author === undefined || author.bot === true || message.webhook_id !== undefined)
    return undefined;
  if (message.type !== MessageType.Default && message.type !== MessageType.Reply) return undefined;
  // Discord also sends an update when it adds a preview of a link; only a person's edit has a time.
  if (edited && (options.edited === 'ignore' || !message.edited_timestamp)) return undefined;
  if (content === '' && attachments.length === 0) return undefined;
  const direct = place.guild === undefined;
  if (!direct) {
    if (options.groups === 'off') return undefined;
    const addressed =
      message.mentions.some((user) => user.id === self) ||
      message.referenced_message?.author.id === self ||
      place.owner === self;
    if (options.groups === 'addressed' && !addressed) return undefined;
  }
  const address = addressOf(place, options.account);
  // A thread opened from a message gets the message's id, so the lane is known before the thread is there.
  const opens = options.threads && !direct && place.parent === undefined && !edited;
  const context: DiscordContext = direct ? {} : { message_id: message.id, ...secretOf(place) };
  const text = `${quoteOf(message)}${withoutMention(content, self)}`;
  return {
    address: opens ? { ...address, thread: message.id } : address,
    updateId: edited ? `${message.id}:edit:${message.edited_timestamp}` : message.id,
    sender: { id: author.id, name: author.global_name ?? author.username },
    direct,
    text: edited ? `[edited] ${text}` : text,
    attachments: attachments.map((a) => attachmentOf(a, message)),
    context: context as unknown as JsonValue,
    ...(place.guild === undefined ? {} : { guild: place.guild }),
  };
}

const secretOf = (place: Place) => (place.secret === true ? { secret: true as const } : {});

/** Reads a slash command: its words as a person would type them. */
export function readCommand(
  interaction: APIApplicationCommandInteraction,
  place: Place,
  account: string,
  now: number,
): Draft | undefined {
  const user = interaction.member?.user ?? interaction.user;
  if (user === undefined || interaction.data.type !== ApplicationCommandType.ChatInput)
    return undefined;
  const words = (interaction.data.options ?? []).map((o) => ('value' in o ? String(o.value) : ''));
  const answered = { token: interaction.token, at: now };
  const context: DiscordContext = { interaction: answered, ...secretOf(place) };
  return {
    address: addressOf(place, account),
    updateId: interaction.id,
    sender: { id: user.id, name: user.global_name ?? user.username },
    direct: place.guild === undefined,
    text: [`/${interaction.data.name}`, ...words].join(' ').trim(),
    attachments: [],
    context: context as unknown as JsonValue,
    ...(place.guild === undefined ? {} : { guild: place.guild }),
  };
}

/** The handle names the message, not its link: links of attachments expire after a day. */
function attachmentOf(a: APIAttachment, message: Pick<Message, 'id' | 'channel_id'>): Attachment {
  const type = a.content_type?.split(';')[0] ?? '';
  const voice = a.waveform !== undefined;
  const kind = voice
    ? 'voice'
    : type.startsWith('image/')
      ? 'photo'
      : type.startsWith('video/')
        ? 'video'
        : 'document';
  return {
    kind,
    ref: `${message.channel_id}/${message.id}/${a.id}`,
    name: a.filename,
    size: a.size,
    ...(type === '' ? {} : { type }),
  };
}

const withoutMention = (content: string, self: string) =>
  content.replace(new RegExp(`^<@!?${self}>[\\s,:]*`), '');

function quoteOf(message: Message): string {
  const said = message.referenced_message?.content ?? '';
  if (said === '') return '';
  const short =
    said.length > QUOTED ? `${said.slice(0, QUOTED).replace(/[\ud800-\udbff]$/, '')}…` : said;
  return `${short
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}\n\n`;
}
