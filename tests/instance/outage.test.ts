import { describe, expect, it } from 'vitest';
import { JournalUnavailable } from '../../gateway/core/exit.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import { eventually } from '../harness/eventually.ts';
import { startGateway } from '../harness/gateway.ts';

/** A journal whose `op` cannot write the first `times` times, as with a full disk. */
function failing(op: 'endTurn' | 'settleOutbox', times: number) {
  let left = times;
  const parts = (journal: Journal) => ({
    journal: new Proxy(journal, {
      get(target, name) {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          if (name !== op || left === 0) return method.apply(target, args);
          left--;
          return Promise.reject(new JournalUnavailable('the disk is full', { full: true }));
        };
      },
    }),
  });
  return { parts, over: () => left === 0 };
}

describe('a journal that cannot write for a while', () => {
  it('R05 when a turn has ended: its answer is written and sent later, and the lane goes on', async () => {
    const outage = failing('endTurn', 2);
    const { ask, platform } = await startGateway({
      settings: { busyMode: 'queue' },
      parts: outage.parts,
    });
    const both = await Promise.all([ask('/say one'), ask('/say two')]);
    expect(outage.over()).toBe(true);
    expect(both.map((each) => each.outcome)).toEqual(['answered', 'answered']);
    await eventually('both have arrived', () => platform.texts().length === 2);
    expect(platform.texts()).toEqual(['one', 'two']);
  });

  it('R05 when a message was sent: it is not sent again, and the next one of its chat is', async () => {
    const outage = failing('settleOutbox', 1);
    const { ask, platform } = await startGateway({ parts: outage.parts });
    await ask('/say one');
    await eventually('the outage has passed', outage.over);
    await ask('/say two');
    await eventually('both have arrived', () => platform.texts().length === 2);
    expect(platform.texts()).toEqual(['one', 'two']);
  });
});
