import { type APIMessage, Routes } from 'discord-api-types/v10';
import { codeOf, type REST } from './rest.ts';

const PAGE = 100;
/** A channel that was busier than this while nobody listened is taken up from there. */
const MOST = 1_000;

/**
 * What was said in a channel after a message, oldest first. None where the bot may not look any more.
 * Rejects when Discord cannot be asked.
 */
export async function messagesSince(
  rest: REST,
  channel: string,
  after: string,
  signal: AbortSignal,
): Promise<APIMessage[]> {
  const found: APIMessage[] = [];
  let from = after;
  while (found.length < MOST) {
    let page: APIMessage[];
    try {
      const query = new URLSearchParams({ after: from, limit: String(PAGE) });
      page = (await rest.get(Routes.channelMessages(channel), { query, signal })) as APIMessage[];
    } catch (error) {
      if (codeOf(error) !== undefined) return found;
      throw error;
    }
    // Discord lists them newest first. Ids grow with time, and are too large for a number.
    page.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    found.push(...page);
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    from = last.id;
  }
  return found;
}
