import type { Clock } from '../core/clock.ts';
import type { Address } from '../core/message.ts';
import type { Journal } from '../journal/journal.ts';
import type { Couriers } from './couriers.ts';
import type { ProgressBus } from './progressBus.ts';
import type { Replies } from './replies.ts';

/** The gateway's own words to people; those that can be configured are in `core/settings.ts`. */
export const WORDS = {
  full: (n: number) =>
    `${n} messages are waiting here already, so I did not take this one. Please send it again in a while.`,
  back: (seconds: number) => `I am back: restarted in ${seconds.toFixed(1)} s, nothing lost.`,
  welcome: 'You are let in. Write to me.',
  refused: (reason: string) => `The restart did not happen, and I go on as before: ${reason}`,
} as const;

export interface NoticesDeps {
  readonly journal: Pick<Journal, 'prepare'>;
  readonly clock: Clock;
  readonly bus: ProgressBus;
  readonly replies: Replies;
  readonly couriers: Pick<Couriers, 'of'>;
}

/** What the gateway itself has to say to a chat. */
export class Notices {
  readonly #deps: NoticesDeps;

  constructor(deps: NoticesDeps) {
    this.#deps = deps;
  }

  /**
   * Sends a text to a chat, at most once for a key: a second notice under the same key is left alone by
   * the outbox, also after a restart.
   */
  async tell(
    key: string,
    { address, lane }: { readonly address: Address; readonly lane: string },
    text: string,
  ): Promise<void> {
    const { journal, clock, bus, replies, couriers } = this.#deps;
    let n = 0;
    const id = () => `notice:${key}:${lane}:${n++}`;
    await journal.prepare(replies.rows('notice', text, { address, lane, id }), clock.now());
    bus.emit({ type: 'notice', lane, text });
    couriers.of(address)?.kick();
  }
}
