import { startPostgres } from '../../harness/postgres.ts';

// Starts a PostgreSQL, tells its port, and waits to be killed.
const { port } = await startPostgres();
process.send?.(port);
