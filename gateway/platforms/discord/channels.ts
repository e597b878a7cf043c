import { type APIChannel, Routes } from 'discord-api-types/v10';
import { Latest } from '../shared/latest.ts';
import type { REST } from './rest.ts';
import { codeOf } from './rest.ts';

/** A channel, as far as lanes need it. */
export interface Place {
  readonly id: string;
  /** The server; none for a direct message. */
  readonly guild?: string;
  /** For a thread: the channel it is in, and who opened it. */
  readonly parent?: string;
  readonly owner?: string;
  /** A thread of invited people. */
  readonly secret?: true;
}

interface Channel {
  readonly id: string;
  readonly type?: number;
  readonly guild_id?: string;
  readonly parent_id?: string | null;
  readonly owner_id?: string;
}

/** Announcement, public and private threads (https://discord.com/developers/docs/resources/channel#channel-object-channel-types). */
const PRIVATE_THREAD = 12;
const THREADS = new Set<number>([10, 11, PRIVATE_THREAD]);

/** Which channels are threads, and of what. Learned from events; asked for when not known. */
export class Channels {
  readonly #known = new Latest<string, Place>(10_000);
  readonly #rest: REST;

  constructor(rest: REST) {
    this.#rest = rest;
  }

  learn({ id, type, guild_id, parent_id, owner_id }: Channel): Place {
    const thread = type !== undefined && THREADS.has(type) && parent_id;
    const place: Place = {
      id,
      ...(guild_id === undefined ? {} : { guild: guild_id }),
      ...(thread ? { parent: parent_id } : {}),
      ...(thread && owner_id !== undefined ? { owner: owner_id } : {}),
      ...(thread && type === PRIVATE_THREAD ? { secret: true } : {}),
    };
    this.#known.set(id, place);
    return place;
  }

  /** Rejects when Discord cannot be asked; a channel that it does not show is a plain one. */
  async place(id: string, guild: string | undefined): Promise<Place> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    try {
      return this.learn((await this.#rest.get(Routes.channel(id))) as APIChannel as Channel);
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return this.learn({ id, ...(guild === undefined ? {} : { guild_id: guild }) });
    }
  }

  /** Whether a channel is known to be a thread of invited people. */
  isSecret(id: string): boolean {
    return this.#known.get(id)?.secret === true;
  }

  /** A direct message's channel. */
  direct(id: string): Place {
    return this.#known.get(id) ?? this.learn({ id });
  }
}
