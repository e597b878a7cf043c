import { it } from 'vitest';
import { survives } from './faults.ts';
import { LEASE_MS } from './fleet.ts';

/** Which ways are cut between a machine and the database. */
const WAYS = [
  ['both ways, for longer than a lease', ['to', 'from'], 2 * LEASE_MS],
  ['both ways, for less than a lease', ['to', 'from'], LEASE_MS / 2],
  ['in what it hears, for longer than a lease', ['from'], 2 * LEASE_MS],
] as const;

it.each(WAYS)('R33 a machine is cut off from the database %s', async (_title, ways, ms) => {
  await survives(
    async ({ east, database, load }) => {
      const { machine } = east;
      for (const way of ways)
        await (way === 'to' ? machine.cutTo(database.address) : database.cutTo(machine.address));
      await new Promise((done) => setTimeout(done, ms));
      for (const way of ways)
        await (way === 'to' ? machine.mendTo(database.address) : database.mendTo(machine.address));
      await load.more(40, 60_000);
      await east.daemon.untilStatus('serves again', (s) => s.ready, 30_000);
    },
    { file: import.meta.filename },
  );
});
