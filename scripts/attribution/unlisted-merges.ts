import type { MergedPull } from '../notes/merged.ts';
import type { Git } from './git.ts';
import { type Commit, readHistory } from './history.ts';
import { pathspecs, type Range } from './range.ts';

/** How many commits are named to git at once: a command line has an end. */
const AT_ONCE = 500;

/**
 * The merges that landed the commits of a range with paths, but are not in it: git leaves a merge out
 * that is, within the paths, what one of its parents was. What a pull request says is in it alone.
 */
export async function* unlistedMerges(
  git: Git,
  range: Range,
  merged: ReadonlyMap<string, MergedPull>,
): AsyncGenerator<readonly Commit[]> {
  const listed = await git.run(['rev-list', ...range.revisions, ...pathspecs(range)]);
  const shas = new Set(listed.split('\n').filter(Boolean));
  const wanted = new Set<string>();
  for (const sha of shas) {
    const merge = merged.get(sha)?.sha;
    if (merge !== undefined && !shas.has(merge)) wanted.add(merge);
  }
  const all = [...wanted];
  for (let at = 0; at < all.length; at += AT_ONCE)
    yield* readHistory(git.dir, ['--no-walk=unsorted', ...all.slice(at, at + AT_ONCE)]);
}
