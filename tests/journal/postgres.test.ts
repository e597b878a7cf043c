import postgres from 'postgres';
import { afterAll, beforeAll } from 'vitest';
import { openPostgresJournal } from '../../gateway/journal/postgres/client.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { conformance, type Subject } from './conformance.ts';

let server: PostgresServer;
let admin: postgres.Sql;
beforeAll(async () => {
  server = await startPostgres();
  admin = postgres(server.url, { onnotice: () => {} });
});
afterAll(async () => {
  await admin.end({ timeout: 1 });
  await server.end();
});

let n = 0;

/** A schema of its own, with a clock that the test sets. */
async function open(): Promise<Subject> {
  const schema = `test_${n++}`;
  const journal = await openPostgresJournal({ url: server.url, schema });
  const setClock = async (now: number) => {
    await admin.unsafe(
      `CREATE OR REPLACE FUNCTION ${schema}.clock() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT ${now}::bigint $$`,
    );
  };
  return { journal, setClock };
}

conformance('postgres', open);
