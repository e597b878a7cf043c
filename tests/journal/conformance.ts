import { afterEach, beforeEach, describe } from 'vitest';
import type { Journal } from '../../gateway/journal/journal.ts';
import { join } from './builders.ts';
import { acceptSuite } from './suites/accept.ts';
import { forgetSuite } from './suites/forget.ts';
import { instanceSuite } from './suites/instances.ts';
import { outboxSuite } from './suites/outbox.ts';
import { recordSuite } from './suites/records.ts';
import { turnSuite } from './suites/turns.ts';

/**
 * What every journal has to do, whatever holds it. `open` gives a new, empty one each time; the suite
 * closes it. Instances `i1` and `i2` have joined.
 */
export function conformance(name: string, open: () => Promise<Journal>): void {
  describe(`the journal (${name})`, () => {
    let current: Journal | undefined;
    beforeEach(async () => {
      current = await open();
      await join(current, 'i1');
      await join(current, 'i2');
    });
    afterEach(async () => {
      await current?.close();
    });
    const journal = (): Journal => current as Journal;
    acceptSuite(journal);
    turnSuite(journal);
    outboxSuite(journal);
    instanceSuite(journal);
    recordSuite(journal);
    forgetSuite(journal);
  });
}
