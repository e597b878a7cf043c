import { createHash } from 'node:crypto';
import { type APIMessage, Routes } from 'discord-api-types/v10';
import { MINUTE } from '../../core/clock.ts';
import type { Address } from '../../core/message.ts';
import type { Outbound, SendClass } from '../../core/outbox.ts';
import type { SendResult } from '../platform.ts';
import type { DiscordContext } from './inbound.ts';
import { MESSAGE_LIMIT } from './limits.ts';
import { channelOf, isThreadGone, type Place, sendToNearest, unarchive } from './places.ts';
import { Code, codeOf, failureOf, type REST } from './rest.ts';

/** An interaction's token works for 15 minutes; 14 of them are used, in case clocks differ. */
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
  return nonceHolds(row, now) ? 'key-on-send' : 'blind';
}

const nonceHolds = (row: Outbound, now: number) => now - row.createdAt < NONCE_MS;

/** At most 25 characters, the same for every attempt of one row. */
export function nonceOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 25);
}

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
    // A new message has a nonce to be known by, for minutes.
    if (row.ambiguous && sendClassOf(row, now) === 'edits' && !nonceHolds(row, now)) {
      return REPLACED_GONE;
    }
    const body = { content, nonce: nonceOf(row.id), enforce_nonce: true };
    return { ok: true, platformId: await sendToNearest(rest, placeOf(row, threads), body, signal) };
  } catch (error) {
    return failureOf(error);
  }
}

const REPLACED_GONE: SendResult = {
  ok: false,
  kind: 'unprovable',
  error: 'the message that the reply was to replace is gone',
};

/** Where a row, or the placeholder of its turn, goes. `threads`: conversations get threads of their own. */
export function placeOf(
  row: Pick<Outbound, 'address' | 'context'> & { chunk?: number },
  threads: boolean,
): Place {
  const { message_id, secret } = contextOf(row);
  return {
    address: row.address,
    ...(message_id !== undefined && (row.chunk ?? 0) === 0 ? { answers: message_id } : {}),
    ...(message_id !== undefined && threads ? { opens: message_id } : {}),
    ...(secret === true ? { secret } : {}),
  };
}

/**
 * Edits a message. False when it is not there any more, or in a thread that is locked: in an archived one
 * nothing can be edited.
 */
export async function edit(
  rest: REST,
  address: Address,
  id: string,
  content: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const channel = channelOf(address);
  const request = () =>
    rest.patch(Routes.channelMessage(channel, id), {
      body: { content, allowed_mentions: { parse: [] } },
      ...(signal === undefined ? {} : { signal }),
    });
  try {
    const archived = (error: unknown) => {
      if (codeOf(error) !== Code.THREAD_ARCHIVED) throw error;
      return true;
    };
    if ((await request().catch(archived)) !== true) return true;
    if (!(await unarchive(rest, channel))) return false;
    await request();
    return true;
  } catch (error) {
    if (codeOf(error) === Code.UNKNOWN_MESSAGE || isThreadGone(error)) return false;
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
