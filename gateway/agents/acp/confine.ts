import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

/**
 * The real path of a file that lies in `root`, for a path that an agent names. The last part may not
 * exist yet. The protocol's paths are absolute; anything that is, or leads, outside is refused.
 * @throws Error when the path is relative, has a `..`, or leads out of `root`, by a symbolic link too.
 */
export async function confine(root: string, path: string): Promise<string> {
  if (!isAbsolute(path)) throw refused(path, 'it is not absolute');
  if (path.split(sep).includes('..')) throw refused(path, 'it has a ".."');
  const base = await realpath(root);
  const folder = await realpath(dirname(path)).catch(() => {
    throw refused(path, 'its folder does not exist');
  });
  // A link in the last place is followed here; one made in between is refused when it is opened.
  const whole = await realpath(path).catch(() => join(folder, basename(path)));
  if (!inside(base, whole)) throw refused(path, "it lies outside the session's folder");
  return whole;
}

/** True for `root` itself and whatever is below it. Both are real paths. */
function inside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function refused(path: string, why: string): Error {
  return new Error(`${path} is refused: ${why}`);
}
