import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SluiceError } from '../core/exit.ts';
import { lineDiff } from './diff.ts';
import type { UnitFile } from './driver.ts';

/** What becomes of one file. */
export interface FileChange {
  readonly path: string;
  readonly what: 'same' | 'new' | 'changed' | 'removed';
  /** The lines that differ; of a new file all of them. */
  readonly diff: readonly string[];
  readonly text: string | undefined;
}

const OURS = 'Written by `sluice service install`';

/**
 * Compares what is to be with what is there. A file that somebody else wrote is not touched.
 * @throws SluiceError naming a file that is not ours, unless `force` is set.
 */
export function compareFiles(files: readonly UnitFile[], force: boolean): FileChange[] {
  return files.flatMap(({ path, text }): FileChange[] => {
    const now = readIfThere(path);
    if (now === undefined && text === undefined) return [];
    if (now !== undefined && !now.includes(OURS) && !(force && text !== undefined)) {
      if (text === undefined) return [];
      throw new SluiceError(
        `${path} was written by somebody else; move it away, or replace it with --force`,
      );
    }
    const diff = lineDiff(now ?? '', text ?? '');
    if (text === undefined) return [{ path, what: 'removed', diff, text }];
    const what = now === undefined ? 'new' : diff.length === 0 ? 'same' : 'changed';
    return [{ path, what, diff, text }];
  });
}

/** Makes it so. Each file is replaced in one step. */
export function applyChanges(changes: readonly FileChange[]): void {
  for (const { path, what, text } of changes) {
    if (what === 'same') continue;
    if (text === undefined) {
      rmSync(path, { force: true });
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    // A manager reads only names that end as it expects; this one it does not see.
    const draft = `${path}.new`;
    writeFileSync(draft, text);
    chmodSync(draft, 0o644);
    renameSync(draft, path);
  }
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
