import type { Address, JsonValue } from '../../core/message.ts';
import type { DraftRequests } from '../shared/drafts.ts';
import type { RateLimits } from '../shared/rateLimits.ts';
import { type Calls, refusalOf } from './api.ts';
import { fieldsOf, targetOf } from './places.ts';
import { edit, placeOf, send } from './sender.ts';

/** Progress by Telegram's requests. `contextOf` finds the message that a placeholder answers. */
export function telegramDraftRequests(
  calls: Calls,
  rateLimits: RateLimits,
  contextOf: (message: string) => JsonValue | undefined,
): DraftRequests {
  /** Flood waits hold for everything in a chat, and progress is the first to be silent. */
  const minding = async <T>(address: Address, request: () => Promise<T>): Promise<T> => {
    const left = rateLimits.left(address.chat);
    if (left > 0)
      throw Object.assign(new Error('Telegram asked for silence'), { retryAfterMs: left });
    try {
      return await request();
    } catch (error) {
      const retryAfterMs = refusalOf(error)?.retryAfterMs;
      if (retryAfterMs === undefined) throw error;
      rateLimits.asked(address.chat, retryAfterMs);
      throw Object.assign(new Error('Telegram asked for silence'), { retryAfterMs });
    }
  };
  return {
    typing: (address) =>
      minding(address, async () => {
        await calls.sendChatAction({ ...targetOf(address), action: 'typing' });
      }),
    post: (address, text, message) =>
      minding(address, () => {
        const context = message === undefined ? undefined : contextOf(message);
        // Not elsewhere where this place is gone: the reply finds its way, and would not find this one.
        return send(calls, fieldsOf(placeOf(address, context)), text);
      }),
    edit: (address, id, text) =>
      minding(address, async () => {
        await edit(calls, targetOf(address), id, text);
      }),
    remove: (address, id) =>
      minding(address, async () => {
        await calls.deleteMessage({ chat_id: address.chat, message_id: Number(id) });
      }),
  };
}
