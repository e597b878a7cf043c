import { afterEach, beforeEach, describe } from 'vitest';
import type { Journal } from '../../gateway/journal/journal.ts';
import { join, T0 } from './builders.ts';
import { acceptSuite } from './suites/accept.ts';
import { affinitySuite } from './suites/affinity.ts';
import { forgetSuite } from './suites/forget.ts';
import { instanceSuite } from './suites/instances.ts';
import { outboxSuite } from './suites/outbox.ts';
import { recordSuite } from './suites/records.ts';
import { turnSuite } from './suites/turns.ts';

/** A new, empty journal. */
export interface Subject {
  readonly journal: Journal;
  /** Sets the clock that lives and leases run on, where that is not the caller's. */
  readonly setClock?: (now: number) => Promise<void>;
}

/**
 * What every journal has to do, whatever holds it. `open` gives a new, empty one each time; the suite
 * closes it. Instances `i1` and `i2` have joined at T0.
 */
export function conformance(name: string, open: () => Promise<Subject>): void {
  describe(`the journal (${name})`, () => {
    let current: Subject | undefined;
    beforeEach(async () => {
      current = await open();
      await current.setClock?.(T0);
      await join(current.journal, 'i1');
      await join(current.journal, 'i2');
    });
    afterEach(async () => {
      await current?.journal.close();
    });
    const journal = (): Journal => (current as Subject).journal;
    const clock = async (now: number) => current?.setClock?.(now);
    acceptSuite(journal);
    turnSuite(journal);
    outboxSuite(journal);
    instanceSuite(journal, clock);
    affinitySuite(journal);
    recordSuite(journal);
    forgetSuite(journal);
  });
}
