import type { Update } from 'grammy/types';
import type { Clock, Random } from '../../core/clock.ts';
import { DAY } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { Backoff, pause } from '../shared/backoff.ts';
import type { Pulse } from '../shared/pulse.ts';
import { reasonOf } from '../shared/transportErrors.ts';
import { type Calls, refusalOf } from './api.ts';

const ALLOWED = ['message', 'edited_message', 'callback_query'] as const;

export interface PollerParts {
  readonly calls: Calls;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly pulse: Pulse;
  readonly pollSeconds: number;
  /** Gets ready to poll (who am I?). Retried like polling itself. */
  readonly prepare: () => Promise<void>;
  /** Commits a batch. Only when it resolves is the batch confirmed, by the next request's offset. */
  readonly take: (updates: readonly Update[], nextOffset: number) => Promise<void>;
}

/**
 * Telegram's long polling (https://core.telegram.org/bots/api#getupdates). A request's `offset`
 * confirms everything before it, so it moves only after the batch is committed; the library's own
 * runner confirms on receipt.
 *
 *     preparing ─▶ polling ⇄ waiting (back-off, flood, 409, journal)
 *         └───────────┴────▶ ended: stopped, or failed for good (the token is no bot's)
 */
export class Poller {
  readonly #parts: PollerParts;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  start(offset: number | undefined, prepared: boolean): void {
    this.#stop = new AbortController();
    this.#running = this.#run(offset, prepared, this.#stop.signal);
  }

  /** Ends the open request; resolves when the batch in hand is committed or given up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(start: number | undefined, prepared: boolean, signal: AbortSignal): Promise<void> {
    const { calls, clock, random, pulse, pollSeconds, prepare, take } = this.#parts;
    const backoff = new Backoff(random, 1_000, 60_000);
    let offset = start;
    let ready = prepared;
    // The first request after a start or a failure does not wait, so that "live" is said at once.
    let waits = false;
    let lastUpdate = clock.monotonic();
    while (!signal.aborted) {
      let updates: readonly Update[];
      try {
        if (!ready) await prepare();
        ready = true;
        if (signal.aborted) return;
        // After a quiet week Telegram numbers updates anew, at random: an old offset could then
        // confirm what was never seen.
        if (clock.monotonic() - lastUpdate > DAY) offset = undefined;
        updates = await calls.getUpdates(
          {
            timeout: waits ? pollSeconds : 0,
            limit: 100,
            allowed_updates: ALLOWED,
            ...(offset === undefined ? {} : { offset }),
          },
          signal as never,
        );
        waits = true;
      } catch (error) {
        waits = false;
        if (signal.aborted || !(await this.#wait(error, backoff, signal))) return;
        continue;
      }
      pulse.heard();
      const last = updates.at(-1);
      if (last === undefined) {
        backoff.reset();
        continue;
      }
      lastUpdate = clock.monotonic();
      try {
        await take(updates, last.update_id + 1);
        offset = last.update_id + 1;
        backoff.reset();
      } catch (error) {
        const reason = `messages cannot be committed (${(error as Error).message}); Telegram keeps them until they can`;
        pulse.retrying(reason);
        this.#parts.log.error({ err: error }, reason);
        await pause(clock, backoff.next(), signal);
      }
    }
  }

  /** Waits after a failed request. False: there is nothing to wait for. */
  async #wait(error: unknown, backoff: Backoff, signal: AbortSignal): Promise<boolean> {
    const { pulse, log, clock } = this.#parts;
    const refused = refusalOf(error);
    if (refused?.revoked) {
      const reason = revokedReason(refused.message);
      pulse.failed(reason);
      log.error({}, reason);
      return false;
    }
    const reason =
      refused?.code === 409
        ? conflictReason(refused.message)
        : (refused?.message ?? `Telegram could not be reached (${reasonOf(error)})`);
    const wait = backoff.next(refused?.retryAfterMs);
    pulse.retrying(reason);
    log.warn({ retryInMs: wait }, `${reason}; trying again`);
    await pause(clock, wait, signal);
    return !signal.aborted;
  }
}

export function revokedReason(said: string): string {
  return `Telegram does not know the bot's token (${said}); get a valid one from @BotFather and restart the gateway`;
}

function conflictReason(said: string): string {
  return said.includes('webhook')
    ? 'a webhook is set for this bot, so it cannot be polled; remove it with deleteWebhook (without drop_pending_updates)'
    : "another process polls with this bot's token; see who holds the receive lease, or stop the other program";
}
