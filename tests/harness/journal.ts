import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Journal } from '../../gateway/journal/journal.ts';
import { openPostgresJournal } from '../../gateway/journal/postgres/client.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite/client.ts';

/** The PostgreSQL that a run of `vitest.postgres.config.ts` has started; unset: journals are SQLite files. */
const URL = process.env.SLUICE_TEST_POSTGRES;

/** The schema that stands for the journal of a folder: the same for whoever opens that folder again. */
function schemaOf(dir: string): string {
  return `t_${createHash('sha256').update(dir).digest('hex').slice(0, 20)}`;
}

/** Opens the journal of a folder, with the engine that this run tests. */
export function openTestJournal(dir: string): Promise<Journal> {
  return URL === undefined
    ? openSqliteJournal({ file: join(dir, 'journal.db') })
    : openPostgresJournal({ url: URL, schema: schemaOf(dir) });
}

/** What makes a gateway whose home is `dir` use the engine that this run tests. */
export function journalEnvironment(dir: string): Record<string, string> {
  return URL === undefined ? {} : { SLUICE_JOURNAL_URL: URL, SLUICE_JOURNAL_SCHEMA: schemaOf(dir) };
}
