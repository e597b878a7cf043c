import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { RequestError } from '../core/exit.ts';
import { SCHEMA_VERSION } from '../journal/sqlite/migrations/index.ts';
import { lockHome } from '../supervisor/kernelLock.ts';
import { soundReport } from './backup.ts';
import { checkFiles, copyFiles } from './files.ts';
import { type Manifest, PARTS, readManifest } from './manifest.ts';

export interface Restored {
  readonly manifest: Manifest;
  /** Where what was there before is now; absent where there was nothing. */
  readonly beside?: string;
}

/**
 * Puts a backup in the place of a home's journal and attachments. Everything is copied and checked before
 * the first file is moved; what was there is kept beside. The home's lock is held meanwhile, so no gateway
 * can be on it or come up.
 * @throws SluiceError while a gateway runs there; RequestError for what is no backup, or a newer one.
 */
export async function restoreBackup(backup: string, home: string, now: number): Promise<Restored> {
  const manifest = readManifest(backup);
  if (manifest.schema > SCHEMA_VERSION) {
    throw new RequestError(
      `${backup} was made by sluice ${manifest.version}, whose journal this version cannot read; update first`,
    );
  }
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const lock = lockHome(home);
  const draft = join(home, 'restoring');
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    const copy = join(draft, PARTS.journal);
    await copyFile(join(backup, PARTS.journal), copy);
    await chmod(copy, 0o600);
    await copyFiles(join(backup, PARTS.files), join(draft, PARTS.files));
    soundReport(copy);
    await checkFiles(join(draft, PARTS.files));
    const beside = setAside(home, now);
    for (const part of Object.values(PARTS)) {
      if (existsSync(join(draft, part))) renameSync(join(draft, part), join(home, part));
    }
    return { manifest, ...(beside === undefined ? {} : { beside }) };
  } finally {
    rmSync(draft, { recursive: true, force: true });
    lock.release();
  }
}

/** Moves what is there into a folder beside. Undefined where there is nothing. */
function setAside(home: string, now: number): string | undefined {
  const journal = join(home, PARTS.journal);
  if (existsSync(journal)) writeOut(journal);
  const names = [PARTS.journal, 'journal.db-wal', 'journal.db-shm', PARTS.files, 'status.json'];
  const there = names.filter((name) => existsSync(join(home, name)));
  if (!there.includes(PARTS.journal) && !there.includes(PARTS.files)) return undefined;
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
  const beside = join(home, `before-restore-${stamp}`);
  mkdirSync(beside, { mode: 0o700 });
  for (const name of there) renameSync(join(home, name), join(beside, name));
  return beside;
}

/**
 * Brings what is still in the write-ahead log into the file, so that one file is the whole: a power cut between
 * two renames must not part them. A damaged one stays as it is.
 */
function writeOut(journal: string): void {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  try {
    const db: DatabaseSync = new DatabaseSync(journal);
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
  } catch {
    // Why it is being replaced, perhaps.
  }
}
