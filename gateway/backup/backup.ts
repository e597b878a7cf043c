import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { RequestError, SluiceError } from '../core/exit.ts';
import { Connection } from '../journal/sqlite/connection.ts';
import { copyInto } from '../journal/sqlite/copy.ts';
import { type JournalReport, reportOn } from '../journal/sqlite/report.ts';
import { checkFiles, copyFiles } from './files.ts';
import { type Manifest, PARTS, writeManifest } from './manifest.ts';

export interface BackupOptions {
  readonly home: string;
  /** The folder that is made; it must not be there. */
  readonly to: string;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Copies a home's journal and attachments into a new folder, also while a gateway runs: the journal as
 * it was at one moment, then the files. What was written is checked, and appears whole or not at all.
 * @throws RequestError where there is nothing to save, or something is in the way; SluiceError where the
 * copy is not sound.
 */
export async function makeBackup({ home, to, version, now }: BackupOptions): Promise<Manifest> {
  const journal = join(home, PARTS.journal);
  if (!existsSync(journal)) {
    throw new RequestError(`there is no journal in ${home}; name the home with --home`);
  }
  if (existsSync(to)) throw new RequestError(`${to} is there already; name another folder`);
  const draft = `${to}.partial`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  try {
    const copy = join(draft, PARTS.journal);
    const open = copyJournal(journal, copy);
    const files = await copyFiles(join(home, PARTS.files), join(draft, PARTS.files));
    const report = soundReport(copy);
    await checkFiles(join(draft, PARTS.files));
    const { bytes, schema = 0 } = report;
    const manifest: Manifest = { version, at: now, schema, bytes, files, open };
    writeManifest(draft, manifest);
    renameSync(draft, to);
    return manifest;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/** @returns how much in it is open. */
function copyJournal(journal: string, copy: string): number {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db: DatabaseSync = new DatabaseSync(journal, { readOnly: true, timeout: 0 });
  try {
    const source = new Connection(db, journal);
    source.patiently(() => copyInto(db, copy));
    return openIn(copy);
  } finally {
    db.close();
  }
}

function openIn(file: string): number {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db: DatabaseSync = new DatabaseSync(file, { readOnly: true });
  try {
    const found = new Connection(db, file).get<{ open: number }>(
      `SELECT (SELECT count(*) FROM messages WHERE state <> 'done')
        + (SELECT count(*) FROM outbox WHERE open = 1) AS open`,
    );
    return found?.open ?? 0;
  } finally {
    db.close();
  }
}

/** @throws SluiceError where the journal is not sound. */
export function soundReport(file: string): JournalReport {
  const report = reportOn(file);
  if (report.complaint === undefined) return report;
  throw new SluiceError(`${file} is not sound: ${report.complaint}`);
}
