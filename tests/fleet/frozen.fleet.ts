import { it } from 'vitest';
import { survives } from './faults.ts';
import { LEASE_MS } from './fleet.ts';

it('R33 a machine sleeps for twice the lease: what it writes when it wakes is refused, and it comes back', async () => {
  await survives(
    async ({ east, load }) => {
      east.machine.freeze();
      await new Promise((done) => setTimeout(done, 2 * LEASE_MS));
      east.machine.thaw();
      await load.more(40, 60_000);
      await east.daemon.untilStatus('serves again', (s) => s.ready, 30_000);
    },
    { file: import.meta.filename },
  );
});
