import type { Outbound, SendClass } from '../../core/outbox.ts';
import type { SendResult } from '../platform.ts';
import type { RateLimits } from '../shared/rateLimits.ts';
import { type Calls, failureOf, type Refused, refusalOf } from './api.ts';
import { toHtml, visibleLength } from './html.ts';
import type { TelegramContext } from './inbound.ts';

/** Telegram's limit for one message, in UTF-16 units after its entities are taken out. */
export const MESSAGE_LIMIT = 4096;
/** Replies are split below it: a row that may repeat is sent with a mark, which needs room. */
export const SPLIT_LIMIT = 4000;

/** Where a text goes, in the Bot API's words. */
interface Target {
  readonly chat_id: string;
  readonly message_thread_id?: number;
}

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

export function targetOf(address: Outbound['address']): Target {
  const { chat, thread } = address;
  return {
    chat_id: chat,
    ...(thread === undefined ? {} : { message_thread_id: Number(thread) }),
  };
}

/** In a group, a reply points at what it answers. */
export function replyTo(context: unknown): object {
  const { message_id, group } = (context ?? {}) as Partial<TelegramContext>;
  if (message_id === undefined || group !== true) return {};
  return { reply_parameters: { message_id, allow_sending_without_reply: true } };
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
  try {
    if (placeholder !== undefined && (!anew || row.ambiguous)) {
      const edited = await edit(calls, targetOf(row.address), placeholder, row.text, signal);
      if (edited) return { ok: true, platformId: placeholder };
      if (anew) return { ok: true };
    }
    const extra = row.chunk === 0 ? replyTo(row.context) : {};
    const id = await post(calls, targetOf(row.address), row.text, extra, signal);
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

/** Sends a new message; resolves with its id. */
export async function post(
  calls: Calls,
  target: Target,
  text: string,
  extra: object,
  signal?: AbortSignal,
): Promise<string> {
  const send = (to: Target) =>
    plainIfNot(text, (content) =>
      calls.sendMessage({ ...to, ...extra, ...content }, signal as never),
    );
  try {
    return String((await send(target)).message_id);
  } catch (error) {
    // A group that became a supergroup has another id; the refused send took no effect.
    const movedTo = refusalOf(error)?.movedTo;
    if (movedTo === undefined) throw error;
    return String((await send({ ...target, chat_id: movedTo })).message_id);
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

function isGone(refused: Refused): boolean {
  return refused.says('message to edit not found') || refused.says("message can't be edited");
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
