import { it } from 'vitest';
import { survives } from './faults.ts';
import { LEASE_MS } from './fleet.ts';

it('R01 a machine loses its power, and no connection is closed: nothing lost, twice or out of order, and it comes back', async () => {
  await survives(
    async ({ east, load }) => {
      await east.machine.powerOff();
      // Whoever was connected to it is told by HAProxy after its 20 s: nothing closes the connection.
      await load.more(60, LEASE_MS + 30_000);
      await east.machine.powerOn();
      await east.again();
    },
    { file: import.meta.filename },
  );
});
