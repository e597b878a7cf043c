import { Routes } from 'discord-api-types/v10';
import type { JsonValue } from '../../core/message.ts';
import type { DraftRequests } from '../shared/drafts.ts';
import type { DiscordContext } from './inbound.ts';
import { type REST, retryAfterOf } from './rest.ts';
import { channelOf, edit, MESSAGE_LIMIT, pointsAt, post } from './sender.ts';

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
        const { message_id } = context;
        const content = text.slice(0, MESSAGE_LIMIT);
        const points = message_id === undefined ? {} : pointsAt(address, message_id);
        return post(rest, address, { content, ...points }, threads ? message_id : undefined);
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
