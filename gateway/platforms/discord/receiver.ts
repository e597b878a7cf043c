import type { SessionInfo } from '@discordjs/ws';
import type { APIMessage, GatewayDispatchPayload } from 'discord-api-types/v10';
import { GatewayDispatchEvents, InteractionType } from 'discord-api-types/v10';
import type { Clock, Random } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Inbound, JsonValue } from '../../core/message.ts';
import type { Host } from '../platform.ts';
import { Backoff, pause } from '../shared/backoff.ts';
import type { Authorise } from '../shared/deps.ts';
import { type Taken, takeAll } from '../shared/intake.ts';
import { Latest } from '../shared/latest.ts';
import type { Channels, Place } from './channels.ts';
import { type Draft, type ReadOptions, readCommand, readMessage } from './inbound.ts';

/** What is kept between instances: the session to resume, and how far each channel was read. */
export interface DiscordCursor {
  readonly session: SessionInfo | null;
  /** Channel and the last message taken from it, oldest first. */
  readonly latest: readonly (readonly [string, string])[];
}

export interface ReceiverParts {
  readonly channels: Channels;
  readonly options: ReadOptions;
  readonly authorise: Authorise;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Messages of a channel after one, oldest first; none where the channel is not shown. */
  readonly missed: (channel: string, after: string) => Promise<APIMessage[]>;
  readonly say: (draft: Draft, text: string) => void;
  /** Answers a slash command; `refusal`: it was not taken, and this is said to its sender alone. */
  readonly acknowledge: (event: GatewayDispatchPayload, refusal?: string) => void;
  readonly press: (event: GatewayDispatchPayload) => Promise<void>;
  readonly ready: (event: GatewayDispatchPayload) => void;
  readonly trouble: (reason: string) => void;
  readonly accepted: (message: Inbound, taken: Exclude<Taken, 'full'>) => void;
}

const BATCH = 100;
const CHANNELS_KEPT = 200;

/**
 * Takes dispatches in the order of their sequence. The cursor holds the sequence of the last event
 * whose messages are committed, never of one that merely came: a session is resumed from there, and
 * Discord sends the rest again. What cannot be committed is tried again and holds up what follows.
 */
export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #host: Host;
  readonly #leaving = new AbortController();
  readonly #latest = new Latest<string, string>(CHANNELS_KEPT);
  #session: SessionInfo | null;
  #waiting: GatewayDispatchPayload[] = [];
  #working: Promise<void> | undefined;
  #dirty = false;

  constructor(parts: ReceiverParts, host: Host, cursor: DiscordCursor | undefined) {
    this.#parts = parts;
    this.#host = host;
    this.#session = cursor?.session ?? null;
    for (const [channel, id] of cursor?.latest ?? []) this.#latest.set(channel, id);
  }

  push(event: GatewayDispatchPayload): void {
    this.#waiting.push(event);
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Ends after the batch in hand; what was not taken is replayed to the next instance. */
  async stop(): Promise<void> {
    this.#leaving.abort();
    await this.#working;
    if (this.#dirty) await this.#host.setCursor(this.#cursor(this.#session, []));
    this.#dirty = false;
  }

  async #work(): Promise<void> {
    const { clock, random, log, trouble } = this.#parts;
    const backoff = new Backoff(random, 1_000, 30_000);
    while (this.#waiting.length > 0 && !this.#leaving.signal.aborted) {
      const batch = this.#waiting.slice(0, BATCH);
      try {
        await this.#take(batch);
        this.#waiting.splice(0, batch.length);
        backoff.reset();
      } catch (error) {
        const reason = `messages cannot be committed (${(error as Error).message}); they are kept and tried again`;
        trouble(reason);
        log.error({ err: error }, reason);
        await pause(clock, backoff.next(), this.#leaving.signal);
      }
    }
  }

  /** @throws when anything of the batch was not committed: all of it is taken again, and recognised. */
  async #take(batch: readonly GatewayDispatchPayload[]): Promise<void> {
    const drafts: { draft: Draft; event: GatewayDispatchPayload }[] = [];
    for (const event of batch) {
      for (const draft of await this.#read(event)) drafts.push({ draft, event });
    }
    const messages: Inbound[] = [];
    const events = new Map<Inbound, GatewayDispatchPayload>();
    for (const { draft, event } of drafts) {
      const message = await this.#admit(draft, event);
      if (message === undefined) continue;
      messages.push(message);
      events.set(message, event);
    }
    // Nothing of this is remembered before it is committed: a batch that fails is taken again.
    const session = this.#sessionAfter(batch);
    const seen = messages.flatMap(({ address: { chat, thread }, updateId }) =>
      /^\d+$/.test(updateId)
        ? [[thread === undefined || thread === updateId ? chat : thread, updateId] as const]
        : [],
    );
    const cursor = this.#cursor(session, seen);
    await takeAll(this.#host, messages, cursor, (message, taken) => {
      const event = events.get(message);
      if (event?.t === GatewayDispatchEvents.InteractionCreate) this.#parts.acknowledge(event);
      if (taken !== 'full' && !taken.duplicate) this.#parts.accepted(message, taken);
    });
    // A new session is kept at once: a crash before the first message must still resume it.
    if (messages.length === 0 && batch.some((e) => e.t === GatewayDispatchEvents.Ready)) {
      await this.#host.setCursor(cursor);
    }
    this.#session = session;
    for (const [channel, id] of seen) this.#latest.set(channel, id);
    this.#dirty = messages.length === 0;
  }

  #sessionAfter(batch: readonly GatewayDispatchPayload[]): SessionInfo | null {
    let session = this.#session;
    for (const event of batch) {
      if (event.t === GatewayDispatchEvents.Ready) {
        const { session_id: sessionId, resume_gateway_url: resumeURL } = event.d;
        session = { sessionId, resumeURL, sequence: event.s, shardId: 0, shardCount: 1 };
      } else if (session !== null && event.s > session.sequence) {
        session = { ...session, sequence: event.s };
      }
    }
    return session;
  }

  async #read(event: GatewayDispatchPayload): Promise<Draft[]> {
    const { channels, options, clock } = this.#parts;
    switch (event.t) {
      case GatewayDispatchEvents.Ready:
        return this.#begin(event);
      case GatewayDispatchEvents.Resumed:
        this.#parts.ready(event);
        return [];
      case GatewayDispatchEvents.GuildCreate:
        if (event.d.unavailable) return [];
        for (const channel of [...event.d.channels, ...event.d.threads]) {
          channels.learn({ ...channel, guild_id: event.d.id } as Parameters<Channels['learn']>[0]);
        }
        return [];
      case GatewayDispatchEvents.ChannelCreate:
      case GatewayDispatchEvents.ThreadCreate:
        channels.learn(event.d as Parameters<Channels['learn']>[0]);
        return [];
      case GatewayDispatchEvents.MessageCreate:
      case GatewayDispatchEvents.MessageUpdate:
        // The bot's own messages come back to it; they are not worth a look at their channel.
        if (event.d.author?.bot) return [];
        return this.#message(
          event.d,
          event.t === GatewayDispatchEvents.MessageUpdate,
          await this.#place(event.d.channel_id, event.d.guild_id),
        );
      case GatewayDispatchEvents.InteractionCreate: {
        const interaction = event.d;
        if (interaction.type === InteractionType.MessageComponent) await this.#parts.press(event);
        if (interaction.type !== InteractionType.ApplicationCommand) return [];
        const place = await this.#place(interaction.channel.id, interaction.guild_id);
        const draft = readCommand(interaction, place, options.account, clock.now());
        return draft === undefined ? [] : [draft];
      }
      default:
        return [];
    }
  }

  /** A new session has begun; what was said between the old one and this is fetched. */
  async #begin(
    event: GatewayDispatchPayload & { t: GatewayDispatchEvents.Ready },
  ): Promise<Draft[]> {
    this.#parts.ready(event);
    const drafts: Draft[] = [];
    for (const [channel, after] of this.#latest.entries()) {
      for (const message of await this.#parts.missed(channel, after)) {
        const place = await this.#parts.channels.place(channel, undefined);
        drafts.push(...this.#message(message, false, place));
      }
    }
    return drafts;
  }

  #message(message: APIMessage, edited: boolean, place: Place): Draft[] {
    const { options, log } = this.#parts;
    try {
      const draft = readMessage(message, edited, this.self, place, options);
      return draft === undefined ? [] : [draft];
    } catch (error) {
      log.error({ err: error, id: message.id }, 'a message cannot be read; it is passed over');
      return [];
    }
  }

  #place(channel: string, guild: string | undefined): Place | Promise<Place> {
    const { channels } = this.#parts;
    return guild === undefined ? channels.direct(channel) : channels.place(channel, guild);
  }

  /** The bot's own id; known before anything is received. */
  self = '';

  async #admit(
    { guild, ...draft }: Draft,
    event: GatewayDispatchPayload,
  ): Promise<Inbound | undefined> {
    const { authorise, say, acknowledge } = this.#parts;
    let allowed = await authorise(draft.sender, draft.address, draft.direct);
    if (guild !== undefined && (typeof allowed === 'object' || allowed === 'ignore')) {
      // The server may be allowed as a whole; it is asked for like a chat.
      allowed = await authorise(draft.sender, { ...draft.address, chat: guild }, false);
    }
    if (typeof allowed === 'object' || allowed === 'ignore') {
      if (event.t === GatewayDispatchEvents.InteractionCreate)
        acknowledge(
          event,
          typeof allowed === 'object' ? allowed.say : 'You may not use this here.',
        );
      else if (typeof allowed === 'object' && draft.direct) say(draft, allowed.say);
      return undefined;
    }
    return { ...draft, sender: { ...draft.sender, role: allowed } };
  }

  #cursor(session: SessionInfo | null, seen: readonly (readonly [string, string])[]): JsonValue {
    const latest = new Map(this.#latest.entries());
    for (const [channel, id] of seen) {
      latest.delete(channel);
      latest.set(channel, id);
    }
    const cursor: DiscordCursor = { session, latest: [...latest].slice(-CHANNELS_KEPT) };
    return cursor as unknown as JsonValue;
  }
}
