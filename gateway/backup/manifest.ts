import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RequestError } from '../core/exit.ts';

/** What a backup says of itself, in `backup.json`. */
export interface Manifest {
  /** Of sluice, when it was made. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly schema: number;
  readonly bytes: number;
  /** The files that people had sent. */
  readonly files: number;
  /** Messages without an outcome and replies not sent, then: a restored gateway takes them up. */
  readonly open: number;
}

/** The parts of a backup, by the names that they have in a home as well. */
export const PARTS = { journal: 'journal.db', files: 'files' } as const;
const NAME = 'backup.json';

export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(join(folder, NAME), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
}

/** @throws RequestError where the folder is no backup. */
export function readManifest(folder: string): Manifest {
  try {
    const found = JSON.parse(readFileSync(join(folder, NAME), 'utf8')) as Manifest;
    if (typeof found.at === 'number' && typeof found.schema === 'number') return found;
  } catch {
    // Said below.
  }
  throw new RequestError(`${folder} is not a backup: it has no ${NAME} of \`sluice backup\``);
}
