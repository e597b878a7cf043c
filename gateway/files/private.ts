import { chmodSync, closeSync, lstatSync, openSync } from 'node:fs';

// No library here: the parent process imports this file.

/** What others may do with a file: nothing. */
const OTHERS = 0o077;

/**
 * Makes an empty file that nobody but its owner may read. False where there is one already, which is not
 * touched.
 *
 * SQLite gives `-wal`, `-shm` and `-journal` the mode of their database, so a database is made with this
 * before it is opened. A file that is there is not opened here: closing it would free the POSIX locks that
 * this process holds on it.
 * @throws what making it throws (`ENOENT` for its folder, `EACCES`, `ENOSPC`).
 */
export function createPrivate(file: string): boolean {
  try {
    // The umask may take from the mode, and never adds to it.
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** As `createPrivate`; one that is there keeps what it holds and is closed to others. */
export function makePrivate(file: string): void {
  if (!createPrivate(file)) closeToOthers(file);
}

/**
 * Takes from everybody but the owner what they may do with a file, a socket or a folder of ours. Whatever
 * is not there, is a link, belongs to another user or is closed already stays as it is.
 */
export function closeToOthers(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink() || (found.mode & OTHERS) === 0) return;
  if (found.uid !== process.getuid?.()) return;
  chmodSync(path, found.mode & 0o777 & ~OTHERS);
}
