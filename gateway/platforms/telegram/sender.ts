import type { Outbound, SendClass } from '../../core/outbox.ts';
import type { SendResult } from '../platform.ts';
import type { RateLimits } from '../shared/rateLimits.ts';
import { type Calls, failureOf, type Refused, refusalOf } from './api.ts';
import { toHtml, visibleLength } from './html.ts';
import type { TelegramContext } from './inbound.ts';
import { MESSAGE_LIMIT } from './limits.ts';
import { isThreadGone, type Place, sendToNearest, type Target, targetOf } from './places.ts';

/** A reply that replaces its turn's placeholder can be repeated; any other send is blind. */
export function sendClassOf(row: Outbound, notifyAfterMs: number): SendClass {
  return placeholderOf(row) === undefined || mustNotify(row, notifyAfterMs) ? 'blind' : 'edits';
}

/** An edit is silent: whoever has waited for so long is told by a new message. */
export function mustNotify(row: Outbound, afterMs: number): boolean {
  const { at } = (row.context ?? {}) as Partial<TelegramContext>;
  return row.kind === 'reply' && at !== undefined && row.createdAt - at > afterMs;
}

/** The placeholder that a row replaces: only a reply's first row does. */
export function placeholderOf(row: Outbound): string | undefined {
  return row.kind === 'reply' && row.chunk === 0 ? row.platformId : undefined;
}

/** Where a row or a placeholder goes. In a group it points at what it answers. */
export function placeOf(address: Outbound['address'], context: unknown): Place {
  const { message_id, group } = (context ?? {}) as Partial<TelegramContext>;
  const points = message_id !== undefined && group === true;
  return { target: targetOf(address), note: '', ...(points ? { answers: message_id } : {}) };
}

/** Markdown as Telegram takes it; what does not fit once it is rendered goes out as it was written. */
export function body(text: string): { text: string; parse_mode?: 'HTML' } {
  const html = toHtml(text);
  if (html === '' || visibleLength(html) > MESSAGE_LIMIT)
    return { text: text.slice(0, MESSAGE_LIMIT) };
  return { text: html, parse_mode: 'HTML' };
}

/**
 * Sends one row: over its placeholder where it has one, else as a new message. `placeholder` is the
 * one known to this instance. Never rejects.
 *
 * With `anew` the placeholder is removed once the new message is sent. So when such a send was cut off,
 * a placeholder that is gone says that it had arrived; one that is there takes the text.
 */
export async function sendRow(
  calls: Calls,
  rateLimits: RateLimits,
  row: Outbound,
  { placeholder, anew }: { placeholder: string | undefined; anew: boolean },
  signal: AbortSignal,
): Promise<SendResult> {
  const { chat } = row.address;
  const silence = rateLimits.left(chat);
  if (silence > 0) {
    return {
      ok: false,
      kind: 'transient',
      error: 'Telegram asked for silence',
      retryAfterMs: silence,
    };
  }
  if (signal.aborted) return { ok: false, kind: 'transient', error: 'stopped before it was sent' };
  const place = placeOf(row.address, row.chunk === 0 ? row.context : undefined);
  try {
    if (placeholder !== undefined && (!anew || row.ambiguous)) {
      const edited = await edit(calls, place.target, placeholder, row.text, signal);
      if (edited) return { ok: true, platformId: placeholder };
      // Whatever was in a topic that is gone has gone with it, whether it had arrived or not.
      if (anew && (await isThere(calls, place.target, signal))) return { ok: true };
      if (!anew && row.ambiguous) return PLACEHOLDER_GONE;
    }
    const id = await sendToNearest(place, (fields, note) =>
      send(calls, fields, note + row.text, signal),
    );
    if (anew && placeholder !== undefined) {
      const gone = { chat_id: chat, message_id: Number(placeholder) };
      await calls.deleteMessage(gone, signal as never).catch(() => {});
    }
    return { ok: true, platformId: id };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === 'transient' && failure.retryAfterMs !== undefined) {
      rateLimits.asked(chat, failure.retryAfterMs);
    }
    return failure;
  }
}

const PLACEHOLDER_GONE: SendResult = {
  ok: false,
  kind: 'unprovable',
  error: 'the message that the reply was to replace is gone',
};

/** Sends a new message; resolves with its id. */
export async function send(
  calls: Calls,
  fields: object,
  text: string,
  signal?: AbortSignal,
): Promise<string> {
  const sent = await plainIfNot(text, (content) =>
    calls.sendMessage({ ...fields, ...content } as never, signal as never),
  );
  return String(sent.message_id);
}

/** Whether a place takes something: a sign of life in it is refused where it is not there. */
async function isThere(calls: Calls, target: Target, signal: AbortSignal): Promise<boolean> {
  if (target.message_thread_id === undefined) return true;
  try {
    await calls.sendChatAction({ ...target, action: 'typing' }, signal as never);
    return true;
  } catch (error) {
    const refused = refusalOf(error);
    if (refused !== undefined && isThreadGone(refused)) return false;
    throw error;
  }
}

/** Edits a message. False when it is not there to be edited; an edit that changes nothing is done. */
export async function edit(
  calls: Calls,
  target: Target,
  id: string,
  text: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const at = { chat_id: target.chat_id, message_id: Number(id) };
  try {
    await plainIfNot(text, (content) =>
      calls.editMessageText({ ...at, ...content }, signal as never),
    );
    return true;
  } catch (error) {
    const refused = refusalOf(error);
    if (refused?.says('message is not modified')) return true;
    if (refused !== undefined && isGone(refused)) return false;
    throw error;
  }
}

/** In a supergroup that a group became, messages have other numbers: the one that was meant is not there. */
function isGone(refused: Refused): boolean {
  return (
    refused.says('message to edit not found') ||
    refused.says("message can't be edited") ||
    refused.says('message_id_invalid') ||
    refused.movedTo !== undefined ||
    isThreadGone(refused)
  );
}

/** Tries the rendered text, and what was written where Telegram cannot read the rendering. */
async function plainIfNot<T>(
  text: string,
  request: (content: { text: string; parse_mode?: 'HTML' }) => Promise<T>,
): Promise<T> {
  const rendered = body(text);
  try {
    return await request(rendered);
  } catch (error) {
    const refused = refusalOf(error);
    if (rendered.parse_mode === undefined || refused?.code !== 400) throw error;
    if (!refused.says("can't parse entities") && !refused.says('too long')) throw error;
    return request({ text: text.slice(0, MESSAGE_LIMIT) });
  }
}
