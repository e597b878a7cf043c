import type { Config } from '../config/schema.ts';
import { type Clock, DAY, HOUR, MINUTE, SECOND, type Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Journal } from '../journal/journal.ts';

export interface RetentionDeps {
  readonly journal: Pick<Journal, 'forget'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Messages looked at in one step: 200 took 60 ms (two busy cores), in which nothing else is committed. */
const PIECE = 40;
/** A message may be delivered again for about a day; until then it has to be known. */
const LEAST_AGE = DAY;

/**
 * Forgets what is over for longer than `journal.retention.age`, and, while the journal holds more than
 * `size`, what is half as old, and so on, down to a day. Open work, dead letters and transcripts stay.
 * @returns how many messages went.
 */
export async function forgetOld(
  { retention }: Pick<Config['journal'], 'retention'>,
  { journal, clock, log }: RetentionDeps,
): Promise<number> {
  let total = 0;
  for (let age = retention.age * SECOND; ; age = Math.max(LEAST_AGE, age / 2)) {
    const before = clock.now() - age;
    let piece = await journal.forget({ before, limit: PIECE });
    total += piece.messages;
    while (piece.next !== undefined) {
      piece = await journal.forget({ before, after: piece.next, limit: PIECE });
      total += piece.messages;
    }
    if (piece.bytes <= retention.size) break;
    if (age > LEAST_AGE) continue;
    log.warn(
      { bytes: piece.bytes, size: retention.size },
      'the journal is larger than journal.retention.size, and all that is over for a day is gone',
    );
    break;
  }
  if (total > 0) log.info({ messages: total }, 'old messages were forgotten');
  return total;
}

/** Does so soon after the start and then once an hour. Every instance does: the second finds nothing. */
export function keepForgetting(
  config: Pick<Config['journal'], 'retention'>,
  deps: RetentionDeps,
): { close(): void } {
  let timer: Timer | undefined;
  const again = (ms: number) => {
    timer = deps.clock.after(ms, () => {
      again(HOUR);
      forgetOld(config, deps).catch((error: unknown) =>
        deps.log.warn({ err: error }, 'old messages stay for now'),
      );
    });
  };
  again(5 * MINUTE);
  return { close: () => timer?.cancel() };
}
