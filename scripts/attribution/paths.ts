import { relative, resolve, sep } from 'node:path';
import { CannotCheck } from './errors.ts';
import type { Git } from './git.ts';

/**
 * Paths from a repository's top, with slashes and without one at the end. The top itself is no limit.
 * @param written as somebody in `here` writes them
 * @throws CannotCheck for a path outside
 */
export function pathsFrom(
  written: readonly string[],
  here: Pick<Git, 'dir'>,
  top: Pick<Git, 'dir'>,
): string[] {
  const paths = written.map((each) => {
    const path = relative(top.dir, resolve(here.dir, each)).split(sep).join('/');
    if (path === '..' || path.startsWith('../') || resolve('/', path) === path)
      throw new CannotCheck(`${each} (--path) is outside of the repository ${top.dir}`);
    return path;
  });
  return paths.includes('') ? [] : [...new Set(paths)];
}
