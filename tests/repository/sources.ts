import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A file by its path from the repository's root, with slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** The files that git knows or would take (no ignored ones), below the given paths. */
export function filesBelow(...paths: string[]): Source[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', timeout: 20_000 });
  return [...new Set(listed.split('\0').filter(Boolean))].flatMap((path) => {
    try {
      return [{ path, text: readFileSync(join(ROOT, path), 'utf8') }];
    } catch {
      return []; // Listed, and deleted in the work tree.
    }
  });
}
