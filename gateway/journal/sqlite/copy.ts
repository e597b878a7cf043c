import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { makePrivate } from '../../files/private.ts';

/**
 * Writes a whole, consistent copy of a database into `file`, readable by its owner only and on the disk when
 * this returns, while others go on reading and writing (https://sqlite.org/lang_vacuum.html#vacuuminto).
 * @throws what SQLite throws; then there is no such file.
 */
export function copyInto(db: DatabaseSync, file: string): void {
  try {
    // An empty file is written into; this one has its mode before anything is in it.
    rmSync(file, { force: true });
    makePrivate(file);
    db.prepare('VACUUM INTO ?').run(file);
    const fd = openSync(file, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}
