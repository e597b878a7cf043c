import type { Address } from '../core/message.ts';
import type { Shop } from '../instance/shop.ts';
import { replyRows } from './replies.ts';

/** The gateway's own words to people; those that can be configured are in `Settings.notices`. */
export const WORDS = {
  full: (n: number) =>
    `${n} messages are waiting here already, so I did not take this one. Please send it again in a while.`,
  back: (seconds: number) => `I am back: restarted in ${seconds.toFixed(1)} s, nothing lost.`,
  welcome: 'You are let in. Write to me.',
  refused: (reason: string) => `The restart did not happen, and I go on as before: ${reason}`,
} as const;

/**
 * Sends the gateway's own word to a chat, at most once for a key: a second notice under the same key
 * is left alone by the outbox, also after a restart.
 */
export async function notify(
  shop: Shop,
  key: string,
  to: { readonly address: Address; readonly lane: string },
  text: string,
): Promise<void> {
  let n = 0;
  const rows = replyRows(text, {
    platform: shop.accounts.of(to.address),
    kind: 'notice',
    address: to.address,
    lane: to.lane,
    expiresAt: shop.clock.now() + shop.settings.outboxTtl,
    id: () => `notice:${key}:${to.lane}:${n++}`,
  });
  await shop.journal.prepare(rows, shop.clock.now());
  shop.bus.emit({ type: 'notice', lane: to.lane, text });
  shop.couriers.of(to.address)?.kick();
}
