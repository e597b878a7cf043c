import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import type { Loosely } from '../shared/loosely.ts';
import type { Channel, Kept, Said } from './types.ts';

export const BOT = '9000';
export const APPLICATION = '9001';
export const GUILD = '500';
/** A text channel of the server, and a direct message's. */
export const GENERAL = '501';
export const DIRECT = '601';

/** The API's refusals: HTTP status, its own code, its words. */
export class Bad extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const archived = () => new Bad(400, 50083, 'Thread is archived');

/** One server and its messages; what the REST API does to them. Events go to `emit`. */
export class World {
  readonly channels = new Map<string, Channel>();
  readonly messages: Kept[] = [];
  readonly typing: string[] = [];
  readonly callbacks: { id: string; type: number; content?: string }[] = [];
  readonly files = new Map<string, string>();
  commands: unknown = [];
  /** The bot may manage threads: what a moderator has locked is open to it. */
  managesThreads: () => boolean = () => true;
  emit: (t: string, d: object) => void = () => {};
  /** Where files are served. */
  origin = '';
  readonly #threadsMade = new Set<string>();
  #snowflake = 1_000_000_000_000_000_000n;
  #interactions = new Map<string, { channel: string; answer?: Kept }>();

  constructor() {
    this.channels.set(GENERAL, { id: GENERAL, type: 0, guild_id: GUILD });
    this.channels.set(DIRECT, { id: DIRECT, type: 1 });
    for (const id of ['602', '603']) this.channels.set(id, { id, type: 1 });
  }

  say(said: Said): { id: string } {
    const at = new Date().toISOString();
    if (said.edits !== undefined) {
      const kept = this.find(said.channel, said.edits);
      kept.content = said.text ?? '';
      kept.edited = at;
      this.emit('MESSAGE_UPDATE', this.view(kept, true));
      return { id: kept.id };
    }
    const id = this.id();
    const attachments = said.file === undefined ? [] : [this.#file(said.file)];
    const kept: Kept = {
      id,
      channel: said.channel,
      author: said.user,
      bot: false,
      content: `${said.mention ? `<@${BOT}> ` : ''}${said.text ?? ''}`,
      deleted: false,
      attachments,
      edited: null,
      ...(said.replyTo === undefined ? {} : { reference: said.replyTo }),
    };
    this.messages.push(kept);
    if (!said.unheard) this.emit('MESSAGE_CREATE', this.view(kept, true));
    return { id };
  }

  slash(channel: string, user: string, name: string, args?: string): { id: string; token: string } {
    const id = this.id();
    const token = `interaction-${id}`;
    this.#interactions.set(token, { channel });
    const guild = this.channels.get(channel)?.guild_id;
    const who = { id: user, username: `user${user}` };
    this.emit('INTERACTION_CREATE', {
      id,
      token,
      type: 2,
      version: 1,
      application_id: APPLICATION,
      channel: { id: channel },
      data: {
        type: 1,
        name,
        ...(args === undefined ? {} : { options: [{ type: 3, name: 'args', value: args }] }),
      },
      ...(guild === undefined ? { user: who } : { guild_id: guild, member: { user: who } }),
    });
    return { id, token };
  }

  press(channel: string, user: string, customId: string, message: string): void {
    const id = this.id();
    this.emit('INTERACTION_CREATE', {
      id,
      token: `interaction-${id}`,
      type: 3,
      channel: { id: channel },
      user: { id: user, username: `user${user}` },
      message: this.view(this.find(channel, message), false),
      data: { component_type: 2, custom_id: customId },
    });
  }

  /** A message by the bot. The same nonce gives the message back that was made with it. */
  post(channel: string, body: Record<string, unknown>): object {
    this.#writable(channel);
    const content = this.content(body);
    const nonce = body.nonce === undefined ? undefined : String(body.nonce);
    if (nonce !== undefined && nonce.length > 25) throw new Bad(400, 50035, 'nonce: too long');
    if (nonce !== undefined && body.enforce_nonce === true) {
      const same = this.messages.find((m) => m.nonce === nonce && m.channel === channel);
      if (same !== undefined) return this.view(same, false);
    }
    const reference = (body.message_reference as { message_id?: string } | undefined)?.message_id;
    const kept: Kept = {
      id: this.id(),
      channel,
      author: BOT,
      bot: true,
      content,
      deleted: false,
      attachments: [],
      edited: null,
      ...(nonce === undefined ? {} : { nonce }),
      ...(reference === undefined ? {} : { reference }),
      ...(body.components === undefined ? {} : { components: body.components }),
    };
    this.messages.push(kept);
    this.emit('MESSAGE_CREATE', this.view(kept, true));
    return this.view(kept, false);
  }

  patch(channel: string, id: string, body: Record<string, unknown>): object {
    if (this.#place(channel).thread_metadata?.archived) throw archived();
    const kept = this.find(channel, id);
    if (!kept.bot) throw new Bad(403, 50005, 'Cannot edit a message authored by another user');
    kept.content = this.content(body);
    return this.view(kept, false);
  }

  /** An administrator archives, locks or deletes a thread; what was written in it goes with it. */
  change(id: string, state: 'archived' | 'locked' | 'closed' | 'deleted'): void {
    const thread = this.#place(id);
    if (state === 'deleted') {
      this.channels.delete(id);
      for (const message of this.messages) if (message.channel === id) message.deleted = true;
      return;
    }
    const thread_metadata = { archived: state !== 'locked', locked: state !== 'archived' };
    this.channels.set(id, { ...thread, thread_metadata });
  }

  /** Takes a thread out of the archive; one that was locked, too, only for who may manage threads. */
  patchChannel(id: string, { archived }: { archived?: boolean }): object {
    const thread = this.#place(id);
    const { locked = false } = thread.thread_metadata ?? {};
    if (locked && !this.managesThreads()) throw new Bad(403, 50013, 'Missing Permissions');
    const changed = { ...thread, thread_metadata: { locked, archived: archived === true } };
    this.channels.set(id, changed);
    return changed;
  }

  /**
   * Writing to an archived thread takes it out of the archive, unless a moderator has locked it
   * (https://discord.com/developers/docs/topics/threads#active--archived-threads).
   */
  #writable(id: string): void {
    const thread = this.#place(id);
    const { archived: old = false, locked = false } = thread.thread_metadata ?? {};
    if (old && locked) throw archived();
    if (locked && !this.managesThreads()) throw new Bad(403, 160005, 'This thread is locked');
    if (old) this.patchChannel(id, { archived: false });
  }

  #place(id: string): Channel {
    const found = this.channels.get(id);
    if (found === undefined) throw new Bad(404, 10003, 'Unknown Channel');
    return found;
  }

  thread(channel: string, message: string): object {
    this.find(channel, message);
    if (this.#threadsMade.has(message))
      throw new Bad(400, 160004, 'A thread has already been created for this message');
    this.#threadsMade.add(message);
    if (this.channels.has(message)) throw new Bad(400, 160004, 'A thread has already been created');
    const made: Channel = {
      id: message,
      type: 11,
      guild_id: GUILD,
      parent_id: channel,
      owner_id: BOT,
    };
    this.channels.set(message, made);
    this.emit('THREAD_CREATE', made);
    return made;
  }

  callback(id: string, token: string, body: { type: number; data?: { content?: string } }): void {
    const content = body.data?.content;
    this.callbacks.push({ id, type: body.type, ...(content === undefined ? {} : { content }) });
    const open = this.#interactions.get(token);
    if (body.type === 5 && open !== undefined) {
      const kept: Kept = {
        id: this.id(),
        channel: open.channel,
        author: BOT,
        bot: true,
        content: '',
        deleted: false,
        attachments: [],
        edited: null,
      };
      this.messages.push(kept);
      open.answer = kept;
    }
  }

  editOriginal(token: string, body: Record<string, unknown>): object {
    const kept = this.#interactions.get(token)?.answer;
    if (kept === undefined) throw new Bad(404, 10015, 'Unknown Webhook');
    kept.content = this.content(body);
    return this.view(kept, false);
  }

  after(channel: string, after: string, limit: number): object[] {
    return this.messages
      .filter((m) => m.channel === channel && !m.deleted && BigInt(m.id) > BigInt(after))
      .slice(0, limit)
      .reverse()
      .map((m) => this.view(m, false));
  }

  find(channel: string, id: string): Kept {
    const kept = this.messages.find((m) => m.channel === channel && m.id === id && !m.deleted);
    if (kept === undefined) throw new Bad(404, 10008, 'Unknown Message');
    return kept;
  }

  /** As an event a message names its server; as an answer it does not. */
  view(m: Kept, event: boolean): object {
    const guild_id = this.channels.get(m.channel)?.guild_id;
    const to = this.messages.find((other) => other.id === m.reference);
    return {
      id: m.id,
      channel_id: m.channel,
      type: m.reference !== undefined && !m.bot ? 19 : 0,
      author: { id: m.author, username: `user${m.author}`, ...(m.bot ? { bot: true } : {}) },
      content: m.content,
      attachments: [...m.attachments],
      mentions: m.content.includes(`<@${BOT}>`) ? [{ id: BOT, username: 'sluice' }] : [],
      edited_timestamp: m.edited,
      timestamp: new Date().toISOString(),
      ...(to === undefined
        ? {}
        : { referenced_message: this.view({ ...to, reference: '' }, false) }),
      ...(event && guild_id !== undefined ? { guild_id } : {}),
    } satisfies Loosely<GatewayMessageCreateDispatchData>;
  }

  id(): string {
    this.#snowflake += 1_000_003n;
    return String(this.#snowflake);
  }

  content(body: Record<string, unknown>): string {
    const content = String(body.content ?? '');
    if (content.trim() === '') throw new Bad(400, 50006, 'Cannot send an empty message');
    if (content.length > 2000)
      throw new Bad(400, 50035, 'content: Must be 2000 or fewer in length.');
    return content;
  }

  #file(name: string): object {
    const id = this.id();
    this.files.set(id, `content of ${name}`);
    return {
      id,
      filename: name,
      size: `content of ${name}`.length,
      content_type: name.endsWith('.png') ? 'image/png' : 'text/plain; charset=utf-8',
      url: `${this.origin}/cdn/${id}`,
      proxy_url: `${this.origin}/cdn/${id}`,
    };
  }
}
