import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Sql, TransactionSql } from 'postgres';
import { RequestError } from '../../core/exit.ts';
import { nameOf } from '../postgres/database.ts';
import { readMark as markIn } from '../postgres/mark.ts';
import { migrateIn, versionIn } from '../postgres/schema.ts';
import type { Connection } from '../sqlite/connection.ts';
import { openFile } from '../sqlite/file.ts';
import type { Mark } from './mark.ts';

/** A schema of a database, for a move. */
export interface Shared {
  readonly url: string;
  readonly schema: string;
}

/** A file, for people who read of it on another machine. */
export const fileName = (file: string): string => `${file} on ${hostname()}`;

/** A schema, for people. */
export const sharedName = ({ url, schema }: Shared): string => `${nameOf(url)} (schema ${schema})`;

/** Connects for a move: one connection, one transaction, for as long as it takes. */
export async function connect({ url }: Shared): Promise<Sql> {
  const { default: postgres } = await import('postgres');
  return postgres(url, {
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: 'sluice move' },
    fetch_types: false,
  });
}

/**
 * Makes sure that no instance writes to a schema till the transaction ends: the lock lets none join or
 * renew, and none lives. A gateway that starts now waits for the lock of the schema (`migrateIn`).
 * @throws RequestError naming those that live.
 */
export async function stopped(tx: TransactionSql, schema: string): Promise<Mark | undefined> {
  await migrateIn(tx, schema);
  await tx.unsafe(`LOCK TABLE ${schema}.instances IN SHARE ROW EXCLUSIVE MODE`);
  const alive = await tx.unsafe<{ machine: string }[]>(
    `SELECT DISTINCT machine FROM ${schema}.instances WHERE until >= ${schema}.clock() ORDER BY machine`,
  );
  if (alive.length === 0) return markIn(tx, schema);
  const machines = alive.map(({ machine }) => machine).join(', ');
  throw new RequestError(
    `a gateway still uses the schema ${schema}: ${machines}. Stop it there (\`sluice stop\`), then run this again`,
  );
}

/** Whether a schema has a journal, looked at without any right to change it. */
export async function isThere(sql: Sql, { schema }: Shared): Promise<boolean> {
  return (await versionIn(sql, schema)) > 0;
}

/** Puts a whole, closed file in the place of another, which is kept under a name of its own. */
export function replaceFile(draft: string, file: string, keepAs: string | undefined): void {
  // The name is never without a file: a gateway that came up now would begin a new journal.
  if (keepAs !== undefined) linkSync(file, keepAs);
  renameSync(draft, file);
}

/** A new, empty journal beside the one in use, without what an attempt before has left. */
export function newDraft(draft: string): Connection {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(draft + end, { force: true });
  const c = openFile(draft);
  // It is flushed once, when it is closed; until then it is worth nothing.
  c.db.exec('PRAGMA synchronous = NORMAL');
  return c;
}

/** Opens a file that may have been moved. Its owner holds the home's lock. Undefined: there is none. */
export function openMoved(file: string): Connection | undefined {
  return existsSync(file) ? openFile(file, { moved: true }) : undefined;
}

/** A time as the end of a name. */
export function stamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replaceAll(/\D/g, '');
}
