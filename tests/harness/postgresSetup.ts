import { type PostgresServer, startPostgres } from './postgres.ts';

let server: PostgresServer | undefined;

/** One PostgreSQL for a whole run; each home has a schema of its own in it. */
export async function setup(): Promise<void> {
  server = await startPostgres(['max_connections=400']);
  process.env.SLUICE_TEST_POSTGRES = server.url;
}

export async function teardown(): Promise<void> {
  await server?.end();
}
