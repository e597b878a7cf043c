import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { JournalUnavailable } from '../../core/exit.ts';

/** SQLite's primary result codes that matter here (https://sqlite.org/rescode.html). */
export const SQLITE = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
} as const;

/** The primary result code of an error that SQLite raised; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** True when another process holds the lock: worth another try. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE.BUSY || code === SQLITE.LOCKED;
}

/**
 * What a failure of the disk or the file means to a caller, or undefined when the error is not of that
 * kind (a mistake in a call, which must not be told as an outage).
 */
export function asUnavailable(error: unknown, file: string): JournalUnavailable | undefined {
  if (error instanceof JournalUnavailable) return error;
  switch (sqliteCode(error)) {
    case SQLITE.FULL:
      return full(file, error);
    case SQLITE.IOERR:
    case SQLITE.CANTOPEN:
      // A shared-memory file that can't grow is reported as an I/O error; the disk says what it was.
      return diskIsFull(file) ? full(file, error) : unavailable(file, error);
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
    case SQLITE.READONLY:
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return unavailable(file, error);
    default:
      return undefined;
  }
}

function full(file: string, cause: unknown): JournalUnavailable {
  const message = `The journal ${file} can't be written: its disk is full. Nothing was accepted; free some space.`;
  return new JournalUnavailable(message, { cause, full: true });
}

function unavailable(file: string, cause: unknown): JournalUnavailable {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `The journal ${file} can't be used now: ${why}. Nothing was accepted; check the disk and the file's permissions.`;
  return new JournalUnavailable(message, { cause });
}

function diskIsFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < 64 * 1024;
  } catch {
    return false;
  }
}
