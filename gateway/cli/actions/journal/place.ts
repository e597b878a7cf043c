import { join } from 'node:path';
import type { Command } from 'commander';
import { journalUrl } from '../../../assembly/journalOf.ts';
import { load } from '../../../config/load.ts';
import { RequestError } from '../../../core/exit.ts';
import { contextOf } from '../../context.ts';

/** Where the journal of this home is, or may be. */
export interface JournalPlace {
  readonly home: string;
  /** The file that it is without a database. */
  readonly file: string;
  /** The database that the configuration names. */
  readonly url?: string;
  readonly schema: string;
}

/** @throws ConfigError where the configuration cannot be read, or names what is not there. */
export function journalPlace(command: Command): JournalPlace {
  const { home, places, config: path } = contextOf(command);
  const { env, cwd } = places;
  const { config, file } = load({ env, cwd, ...(path === undefined ? {} : { path }) });
  const url = journalUrl(config, { env, ...(file === undefined ? {} : { configFile: file }) });
  return {
    home,
    file: join(home, 'journal.db'),
    schema: config.journal.schema,
    ...(url === undefined ? {} : { url }),
  };
}

/** @throws RequestError where the journal is a database, whose own tools save it. */
export function inTheHome(command: Command, instead: string): void {
  const { url, schema } = journalPlace(command);
  if (url === undefined) return;
  const name = new URL(url).pathname.slice(1);
  throw new RequestError(
    `the journal, with the files that people sent, is in PostgreSQL and not in the home. Instead: ${instead.replace('SCHEMA', schema).replace('DATABASE', name)}`,
  );
}
