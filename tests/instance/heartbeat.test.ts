import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DEFAULTS } from '../../gateway/core/settings.ts';
import { Heartbeat } from '../../gateway/instance/heartbeat.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite/client.ts';
import { ManualClock } from '../harness/clock.ts';
import { silent } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';
import { join as joinAs } from '../journal/builders.ts';

it('R33 renews its lease while a look for work lasts, as where other machines commit all the time', async () => {
  const journal = await openSqliteJournal({ file: join(tempDir(), 'journal.db') });
  onTestFinished(() => journal.close());
  const clock = new ManualClock();
  const settings = { ...DEFAULTS, instanceLease: 10_000 };
  await joinAs(journal, 'i1', clock.now() + settings.instanceLease);
  let lapsed = false;
  let looks = 0;
  const heartbeat = new Heartbeat({
    journal,
    clock,
    settings,
    log: silent,
    instance: 'i1',
    work: () => {
      looks++;
      return new Promise(() => {});
    },
    beat: () => {},
    dead: () => {},
    lapsed: () => {
      lapsed = true;
    },
  });
  heartbeat.start();
  onTestFinished(() => heartbeat.stop());
  for (let second = 0; second < 30; second++) {
    await clock.advance(1_000);
    // Whatever was asked of the journal before is answered then.
    await journal.counts();
  }
  expect(looks).toBe(1);
  expect(lapsed).toBe(false);
  const [row] = await journal.instances();
  expect(row?.until).toBeGreaterThan(clock.now() + settings.instanceLease - 2_000);
});
