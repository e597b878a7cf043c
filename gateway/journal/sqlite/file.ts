import { chmodSync, closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { JournalUnavailable, JournalUnusable } from '../../core/exit.ts';
import { Connection } from './connection.ts';
import { asUnavailable, SQLITE, sqliteCode } from './errors.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';

/** "SLUC": says that a SQLite file is one of ours (https://sqlite.org/fileformat.html, offset 68). */
export const APPLICATION_ID = 0x534c5543;
const MAGIC = 'SQLite format 3\0';
/** Up to this many bytes the whole file is checked at each start; above, only its schema is. */
const CHECK_LIMIT = 8 * 1024 * 1024;
const MODE = 0o600;

/**
 * Opens the journal file, making or migrating it as needed.
 * @throws JournalUnusable when it is damaged, foreign or newer: its bytes are then as they were.
 * @throws JournalUnavailable when it can't be read or written now.
 */
export function openFile(file: string, options: OpenOptions = {}): Connection {
  const migrations = options.migrations ?? MIGRATIONS;
  try {
    create(file);
    const newest = migrations.at(-1)?.version ?? 0;
    if (statSync(file).size > 0) inspect(file, newest);
    for (const name of [file, `${file}-wal`, `${file}-shm`]) {
      if (existsSync(name)) chmodSync(name, MODE);
    }
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
}

function limit(connection: Connection, bytes: number): void {
  const page = connection.get<{ page_size: number }>('PRAGMA page_size')?.page_size ?? 4096;
  connection.db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / page))}`);
}

/** The file is made with its mode, before SQLite sees it: -wal and -shm inherit it. */
function create(file: string): void {
  try {
    closeSync(openSync(file, 'wx', MODE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
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
  if (connection.patiently(version) >= newest) return;
  connection.write(() => {
    const from = version();
    for (const step of migrations.filter((m) => m.version > from)) {
      connection.db.exec(step.sql);
      connection.db.exec(`PRAGMA user_version = ${step.version}`);
    }
    connection.db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  });
}

/** Looks at a file without writing to it. @throws JournalUnusable */
function inspect(file: string, newest: number): void {
  const start = performance.now();
  for (;;) {
    const complaint = complaintAbout(file, newest);
    if (complaint === undefined) return;
    // Another process may be making or changing the file this very moment.
    const beingUsed = existsSync(`${file}-journal`) || existsSync(`${file}-wal`);
    if (!beingUsed || performance.now() - start > 2_000) {
      throw new JournalUnusable(
        `The journal ${file} can't be used: ${complaint}. It was not touched; move it away, or set another home.`,
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

function complaintAbout(file: string, newest: number): string | undefined {
  const header = readHeader(file);
  if (header.size === 0) return undefined;
  if (header.magic !== MAGIC) return 'it is not a SQLite file, or its beginning is damaged';
  if (header.applicationId !== APPLICATION_ID) return 'it belongs to another program';
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(probeUrl(file), { readOnly: true, timeout: 0 });
    const probe = new Connection(db, file);
    return probe.patiently(() => complaintOf(probe, header.size, newest));
  } catch (error) {
    const code = sqliteCode(error);
    if (code === SQLITE.CORRUPT || code === SQLITE.NOTADB) return damaged(error);
    if (code === 1) return damaged(error); // a schema that doesn't parse, a table that isn't there
    throw error;
  } finally {
    db?.close();
  }
}

/**
 * Without a WAL nobody is writing, and the file is read as it lies there: to read a file in WAL mode
 * otherwise leaves a -wal and a -shm beside it (https://sqlite.org/uri.html#uriimmutable).
 */
function probeUrl(file: string): URL {
  const url = pathToFileURL(file);
  if (!existsSync(`${file}-wal`) && !existsSync(`${file}-journal`)) url.search = 'immutable=1';
  return url;
}

function complaintOf(probe: Connection, size: number, newest: number): string | undefined {
  const version = probe.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version > newest) {
    return `a newer version of sluice wrote it (schema ${version}, this one knows ${newest})`;
  }
  const tables = probe.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('messages', 'lanes', 'outbox')",
  );
  if (tables.length !== 3) return 'it has none of the tables of a journal';
  if (size > CHECK_LIMIT) return undefined;
  const verdict = probe.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check;
  return verdict === 'ok' ? undefined : `it is damaged (${verdict})`;
}

function readHeader(file: string): { size: number; magic: string; applicationId: number } {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(100);
    readSync(fd, bytes, 0, 100, 0);
    const magic = bytes.toString('latin1', 0, 16);
    return { size: fstatSync(fd).size, magic, applicationId: bytes.readUInt32BE(68) };
  } finally {
    closeSync(fd);
  }
}

function damaged(error: unknown): string {
  return `it is damaged (${error instanceof Error ? error.message : String(error)})`;
}

function cannotOpen(file: string, cause: unknown): JournalUnavailable {
  const why = cause instanceof Error ? cause.message : String(cause);
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  return new JournalUnavailable(
    `The journal ${file} can't be opened: ${why}. Check that its folder is there and can be written.`,
    { cause, full },
  );
}
