import { existsSync, renameSync, statSync } from 'node:fs';
import { JournalUnavailable, JournalUnusable } from '../../core/exit.ts';
import { closeToOthers, makePrivate } from '../../files/private.ts';
import { APPLICATION_ID, complaintAbout } from './complaint.ts';
import { Connection } from './connection.ts';
import { copyInto } from './copy.ts';
import { asUnavailable } from './errors.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';

/** Up to this many bytes the whole file is checked at each start; above, only its schema is. */
const CHECK_LIMIT = 8 * 1024 * 1024;

/**
 * Opens the journal file, making or migrating it as needed.
 * @throws JournalUnusable when it is damaged, foreign or newer: its bytes are then as they were.
 * @throws JournalUnavailable when it can't be read or written now.
 */
export function openFile(file: string, options: OpenOptions = {}): Connection {
  const migrations = options.migrations ?? MIGRATIONS;
  try {
    makePrivate(file);
    const newest = migrations.at(-1)?.version ?? 0;
    if (statSync(file).size > 0) inspect(file, newest, options.moved === true);
    for (const name of [`${file}-wal`, `${file}-shm`]) closeToOthers(name);
    const connection = open(file, migrations);
    if (options.maxBytes !== undefined) limit(connection, options.maxBytes);
    return connection;
  } catch (error) {
    if (error instanceof JournalUnusable) throw error;
    throw asUnavailable(error, file) ?? cannotOpen(file, error);
  }
}

export interface OpenOptions {
  readonly migrations?: readonly Migration[];
  /** Bytes that the file may grow to. */
  readonly maxBytes?: number;
  /** Open it though it was moved elsewhere: for a move. */
  readonly moved?: boolean;
}

function limit(connection: Connection, bytes: number): void {
  const page = connection.get<{ page_size: number }>('PRAGMA page_size')?.page_size ?? 4096;
  connection.db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / page))}`);
}

function open(file: string, migrations: readonly Migration[]): Connection {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db = new DatabaseSync(file, { timeout: 0 });
  const connection = new Connection(db, file);
  // Others may be opening the file too, so each of these may have to wait.
  const exec = (sql: string): void => connection.patiently(() => db.exec(sql));
  try {
    exec('PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;');
    migrate(connection, migrations);
    // After the schema: whoever reads the file's header finds our mark in it, whatever is in the WAL.
    exec('PRAGMA journal_mode = WAL');
    exec('PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 33554432;');
    return connection;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Brings the schema up to date. Two processes may try at once: the version is read under the lock. */
function migrate(connection: Connection, migrations: readonly Migration[]): void {
  const version = (): number =>
    connection.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  const newest = migrations.at(-1)?.version ?? 0;
  const found = connection.patiently(version);
  if (found >= newest) return;
  if (found > 0) keepBeside(connection, `${connection.file}.schema-${found}`);
  connection.write(() => {
    const from = version();
    for (const step of migrations.filter((m) => m.version > from)) {
      connection.db.exec(step.sql);
      connection.db.exec(`PRAGMA user_version = ${step.version}`);
    }
    connection.db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  });
}

/**
 * Before the schema changes, a whole copy is put beside the file, once: a version of before can go on with
 * it. @throws what SQLite throws where there is no room; then nothing has changed.
 */
function keepBeside(connection: Connection, copy: string): void {
  if (existsSync(copy)) return;
  const draft = `${copy}.${process.pid}`;
  connection.patiently(() => copyInto(connection.db, draft));
  renameSync(draft, copy);
}

/** Looks at a file without writing to it. @throws JournalUnusable */
function inspect(file: string, newest: number, moved: boolean): void {
  const start = performance.now();
  for (;;) {
    const complaint = complaintAbout(file, newest, CHECK_LIMIT, moved);
    if (complaint === undefined) return;
    // Another process may be making or changing the file this very moment.
    const beingUsed = existsSync(`${file}-journal`) || existsSync(`${file}-wal`);
    if (!beingUsed || performance.now() - start > 2_000) {
      throw new JournalUnusable(
        `The journal ${file} can't be used: ${complaint.what}. It was not touched. ${complaint.mend}.`,
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

function cannotOpen(file: string, cause: unknown): JournalUnavailable {
  const why = cause instanceof Error ? cause.message : String(cause);
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  return new JournalUnavailable(
    `The journal ${file} can't be opened: ${why}. Check that its folder is there and can be written.`,
    { cause, full },
  );
}
