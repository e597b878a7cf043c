import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { whyMarked } from '../moving/mark.ts';
import { Connection } from './connection.ts';
import { SQLITE, sqliteCode } from './errors.ts';
import { readMark } from './mark.ts';

/** "SLUC": says that a SQLite file is one of ours (https://sqlite.org/fileformat.html, offset 68). */
export const APPLICATION_ID = 0x534c5543;
const MAGIC = 'SQLite format 3\0';

/** Why a file cannot be used, and what to do about it. */
export interface Complaint {
  readonly what: string;
  readonly mend: string;
}

const AWAY = 'Move it away, or set another home';

/**
 * What is wrong with a journal's file, or undefined where it can be used. The file is not written to.
 * @param newest the newest schema that this version knows.
 * @param wholeUpTo a larger file has only its schema looked at, not every page.
 * @param moved one that was moved elsewhere is no complaint.
 * @throws what SQLite throws where the file cannot be read now.
 */
export function complaintAbout(
  file: string,
  newest: number,
  wholeUpTo: number,
  moved = false,
): Complaint | undefined {
  const what = damageOf(file, newest, wholeUpTo, moved);
  return typeof what === 'string' ? { what, mend: AWAY } : what;
}

function damageOf(
  file: string,
  newest: number,
  wholeUpTo: number,
  moved: boolean,
): string | Complaint | undefined {
  const header = readHeader(file);
  if (header.size === 0) return undefined;
  if (header.magic !== MAGIC) return 'it is not a SQLite file, or its beginning is damaged';
  if (header.applicationId !== APPLICATION_ID) return 'it belongs to another program';
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(probeUrl(file), { readOnly: true, timeout: 0 });
    const probe = new Connection(db, file);
    return probe.patiently(
      () =>
        complaintOf(probe, newest, header.size <= wholeUpTo) ??
        (moved ? undefined : whyMarked(readMark(probe))),
    );
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
export function probeUrl(file: string): URL {
  const url = pathToFileURL(file);
  if (!existsSync(`${file}-wal`) && !existsSync(`${file}-journal`)) url.search = 'immutable=1';
  return url;
}

function complaintOf(
  probe: Connection,
  newest: number,
  whole: boolean,
): string | Complaint | undefined {
  const version = probe.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (version > newest) {
    return {
      what: `a newer version of sluice wrote it (schema ${version}, this one knows ${newest})`,
      mend: 'Upgrade this sluice, or set another home',
    };
  }
  const tables = probe.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('messages', 'lanes', 'outbox')",
  );
  if (tables.length !== 3) return 'it has none of the tables of a journal';
  if (!whole) return undefined;
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
