import { describe, expect, it } from 'vitest';
import { DAY } from '../../gateway/core/clock.ts';
import { forgetOld, keepForgetting } from '../../gateway/instance/retention.ts';
import type { ForgetOptions, Forgotten } from '../../gateway/journal/journal.ts';
import { ManualClock } from '../harness/clock.ts';
import { silent } from '../harness/gateway.ts';

/** A journal of messages by their age in days, 100 bytes each. */
function journalOf(ages: number[], clock: ManualClock) {
  const asked: ForgetOptions[] = [];
  const start = clock.now();
  return {
    asked,
    ages: () => ages,
    async forget(options: ForgetOptions): Promise<Forgotten> {
      asked.push(options);
      const old = ages.filter((age) => start - age * DAY < options.before);
      const gone = old.slice(0, options.limit);
      ages = ages.filter((age) => !gone.includes(age));
      const more = gone.length < old.length;
      return { messages: gone.length, bytes: ages.length * 100, ...(more ? { next: 1 } : {}) };
    },
  };
}

const KEEP = { retention: { age: 90 * 86_400, size: 1_000_000 } };

describe('retention', () => {
  it('forgets what is over for longer than the age, and nothing younger', async () => {
    const clock = new ManualClock();
    const journal = journalOf([200, 91, 89, 1], clock);
    expect(await forgetOld(KEEP, { journal, clock, log: silent })).toBe(2);
    expect(journal.ages()).toEqual([89, 1]);
  });

  it('forgets younger ones while the journal holds too much, the oldest first', async () => {
    const clock = new ManualClock();
    const journal = journalOf([80, 50, 30, 20, 5, 2], clock);
    const config = { retention: { ...KEEP.retention, size: 300 } };
    await forgetOld(config, { journal, clock, log: silent });
    expect(journal.ages()).toEqual([20, 5, 2]);
  });

  it('says so when what is left is still too much, and keeps the last day', async () => {
    const clock = new ManualClock();
    const journal = journalOf([3, 0.5, 0.4], clock);
    const warned: string[] = [];
    const log = { ...silent, warn: (_fields: object, message: string) => warned.push(message) };
    await forgetOld({ retention: { ...KEEP.retention, size: 100 } }, { journal, clock, log });
    expect(journal.ages()).toEqual([0.5, 0.4]);
    expect(warned).toEqual([expect.stringContaining('larger than journal.retention.size')]);
  });

  it('looks soon after the start and then each hour, until it is closed', async () => {
    const clock = new ManualClock();
    const journal = journalOf([1], clock);
    const keeper = keepForgetting(KEEP, { journal, clock, log: silent });
    await clock.advance(5 * 60_000);
    expect(journal.asked).toHaveLength(1);
    await clock.advance(2 * 3_600_000);
    expect(journal.asked).toHaveLength(3);
    keeper.close();
    await clock.advance(9 * 3_600_000);
    expect(journal.asked).toHaveLength(3);
  });
});
