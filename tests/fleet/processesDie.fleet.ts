import { it } from 'vitest';
import { survives } from './faults.ts';

it('R01 kill -9 of an instance, and of a supervisor with all that it started', async () => {
  await survives(
    async ({ east, west, load }) => {
      await east.daemon.killGeneration();
      await load.more(40);
      west.daemon.killSupervisor();
      await west.daemon.exited;
      await west.daemon.gone();
      await load.more(40);
      await west.again();
    },
    { file: import.meta.filename },
  );
});
