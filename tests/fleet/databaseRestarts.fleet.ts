import { it } from 'vitest';
import { survives } from './faults.ts';

it('R33 PostgreSQL is restarted: fast, at once, and by kill -9', async () => {
  await survives(
    async ({ postgres, load }) => {
      for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
        await postgres.stop(signal);
        await postgres.start();
        await load.more(30, 60_000);
      }
    },
    { file: import.meta.filename },
  );
});
