import { Routes } from 'discord-api-types/v10';
import type { JsonValue } from '../../core/message.ts';
import type { DraftRequests } from '../shared/drafts.ts';
import type { DiscordContext } from './inbound.ts';
import { MESSAGE_LIMIT } from './limits.ts';
import { channelOf, sendToPlace } from './places.ts';
import { type REST, retryAfterOf } from './rest.ts';
import { edit, placeOf } from './sender.ts';

/** Progress by Discord's requests. `contextOf` finds the message that a placeholder answers. */
export function discordDraftRequests(
  rest: REST,
  threads: boolean,
  contextOf: (message: string) => JsonValue | undefined,
): DraftRequests {
  const minding = async <T>(request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      const retryAfterMs = retryAfterOf(error);
      if (retryAfterMs === undefined) throw error;
      throw Object.assign(new Error('Discord asks for slower requests'), { retryAfterMs });
    }
  };
  return {
    typing: (address) =>
      minding(async () => {
        await rest.post(Routes.channelTyping(channelOf(address)));
      }),
    post: (address, text, message) =>
      minding(() => {
        const context = (message === undefined ? {} : (contextOf(message) ?? {})) as DiscordContext;
        if (context.interaction !== undefined) {
          throw new Error('a slash command shows its own progress');
        }
        const place = placeOf({ address, context: context as JsonValue }, threads);
        // Not elsewhere where this place is gone: the reply finds its way, and would not find this one.
        return sendToPlace(rest, place, { content: text.slice(0, MESSAGE_LIMIT) });
      }),
    edit: (address, id, text) =>
      minding(async () => {
        await edit(rest, address, id, text.slice(0, MESSAGE_LIMIT));
      }),
    remove: (address, id) =>
      minding(async () => {
        await rest.delete(Routes.channelMessage(channelOf(address), id));
      }),
  };
}
