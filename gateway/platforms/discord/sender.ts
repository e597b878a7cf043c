import { createHash } from 'node:crypto';
import {
  type APIMessage,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from 'discord-api-types/v10';
import { MINUTE } from '../../core/clock.ts';
import type { Address } from '../../core/message.ts';
import type { Outbound, SendClass } from '../../core/outbox.ts';
import type { SendResult } from '../platform.ts';
import type { DiscordContext } from './inbound.ts';
import { Code, codeOf, failureOf, type REST } from './rest.ts';

/** Discord's limit for one message, and the length at which replies are split: a possible repeat is marked. */
export const MESSAGE_LIMIT = 2000;
export const SPLIT_LIMIT = 1900;

/** An interaction's token works for 15 minutes; the last one is left to clocks that differ. */
const INTERACTION_MS = 14 * MINUTE;
/** Discord compares nonces of "the past few minutes"; this much of it is relied on. */
const NONCE_MS = 2 * MINUTE;

const contextOf = (row: Pick<Outbound, 'context'>) => (row.context ?? {}) as DiscordContext;

/** The token of the slash command that a row's first part answers, while it works. */
function interactionOf(row: Outbound, now: number): string | undefined {
  const { interaction } = contextOf(row);
  if (interaction === undefined || row.chunk !== 0 || row.kind === 'notice') return undefined;
  return now - interaction.at < INTERACTION_MS ? interaction.token : undefined;
}

export const placeholderOf = (row: Outbound): string | undefined =>
  row.kind === 'reply' && row.chunk === 0 ? row.platformId : undefined;

/** Edits can be repeated; a new message can within minutes, by its nonce. */
export function sendClassOf(row: Outbound, now: number): SendClass {
  if (placeholderOf(row) !== undefined || interactionOf(row, now) !== undefined) return 'edits';
  return now - row.createdAt < NONCE_MS ? 'key-on-send' : 'blind';
}

/** At most 25 characters, the same for every attempt of one row. */
export function nonceOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 25);
}

export const channelOf = ({ chat, thread }: Address): string => thread ?? chat;

export interface Sending {
  readonly rest: REST;
  readonly application: () => string | undefined;
  readonly threads: boolean;
  readonly now: number;
}

/** Sends one row: as a command's answer, over its placeholder, or as a new message. Never rejects. */
export async function sendRow(
  { rest, application, threads, now }: Sending,
  row: Outbound,
  placeholder: string | undefined,
  signal: AbortSignal,
): Promise<SendResult> {
  if (signal.aborted) return { ok: false, kind: 'transient', error: 'stopped before it was sent' };
  const content = row.text.slice(0, MESSAGE_LIMIT);
  try {
    const token = interactionOf(row, now);
    const app = application();
    if (token !== undefined && app !== undefined) {
      const answered = await editOriginal(rest, app, token, content, signal);
      if (answered !== undefined) return { ok: true, platformId: answered };
    }
    if (
      placeholder !== undefined &&
      (await edit(rest, row.address, placeholder, content, signal))
    ) {
      return { ok: true, platformId: placeholder };
    }
    const { message_id } = contextOf(row);
    const body: RESTPostAPIChannelMessageJSONBody = {
      content,
      nonce: nonceOf(row.id),
      enforce_nonce: true,
      ...(row.chunk === 0 && message_id !== undefined ? pointsAt(row.address, message_id) : {}),
    };
    const opens = threads && message_id !== undefined ? message_id : undefined;
    return { ok: true, platformId: await post(rest, row.address, body, opens, signal) };
  } catch (error) {
    return failureOf(error);
  }
}

/** In a thread opened from the message there is no need to point at it. */
export function pointsAt(address: Address, message_id: string) {
  if (address.thread === message_id) return {};
  return { message_reference: { message_id, fail_if_not_exists: false } };
}

/** Sends a new message; opens its conversation's thread first where that is not there yet. */
export async function post(
  rest: REST,
  address: Address,
  body: RESTPostAPIChannelMessageJSONBody,
  opens: string | undefined,
  signal?: AbortSignal,
): Promise<string> {
  // What an agent writes must not call everybody.
  const request = {
    body: { allowed_mentions: { parse: [], replied_user: true }, ...body },
    ...(signal === undefined ? {} : { signal }),
  };
  const route = Routes.channelMessages(channelOf(address));
  try {
    return ((await rest.post(route, request)) as APIMessage).id;
  } catch (error) {
    if (codeOf(error) !== Code.UNKNOWN_CHANNEL || opens === undefined || address.thread !== opens) {
      throw error;
    }
    await openThread(rest, address.chat, opens, body.content ?? '');
    return ((await rest.post(route, request)) as APIMessage).id;
  }
}

/** A thread opened from a message has the message's id. */
async function openThread(
  rest: REST,
  channel: string,
  message: string,
  text: string,
): Promise<void> {
  const name = text.replaceAll(/\s+/g, ' ').trim().slice(0, 60) || 'Conversation';
  try {
    await rest.post(Routes.threads(channel, message), { body: { name } });
  } catch (error) {
    if (codeOf(error) !== Code.THREAD_EXISTS) throw error;
  }
}

/** False when the message is not there any more. */
export async function edit(
  rest: REST,
  address: Address,
  id: string,
  content: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await rest.patch(Routes.channelMessage(channelOf(address), id), {
      body: { content, allowed_mentions: { parse: [] } },
      ...(signal === undefined ? {} : { signal }),
    });
    return true;
  } catch (error) {
    if (codeOf(error) === Code.UNKNOWN_MESSAGE) return false;
    throw error;
  }
}

const EXPIRED = new Set<unknown>([
  Code.UNKNOWN_WEBHOOK,
  Code.UNKNOWN_INTERACTION,
  Code.INVALID_WEBHOOK_TOKEN,
  Code.UNKNOWN_MESSAGE,
]);

/** Fills in the answer that a slash command was promised. Undefined when its token is no good any more. */
async function editOriginal(
  rest: REST,
  application: string,
  token: string,
  content: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const answer = await rest.patch(Routes.webhookMessage(application, token, '@original'), {
      body: { content, allowed_mentions: { parse: [] } },
      auth: false,
      signal,
    });
    return (answer as APIMessage).id;
  } catch (error) {
    if (EXPIRED.has(codeOf(error))) return undefined;
    throw error;
  }
}
