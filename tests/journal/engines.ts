import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { tempDir } from '../harness/temp.ts';

/** Makes the place of a new, empty journal; `openJournal` opens it, here or in another process. */
export type NewPlace = () => string;

/** Runs a suite on every engine. */
export function onEveryEngine(title: string, suite: (place: NewPlace) => void): void {
  let n = 0;
  describe(`${title} (sqlite)`, () => {
    suite(() => join(tempDir(), `journal-${n++}.db`));
  });
  describe(`${title} (postgres)`, () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server.end());
    suite(() => `${server.url}#test_${n++}`);
  });
}
