import { CannotCheck } from './errors.ts';
import type { Git } from './git.ts';

/** A range of history, resolved: everything in `until` that is not in `since`. */
export interface Range {
  /** Absent: from the beginning. */
  readonly since?: { readonly name: string; readonly sha: string };
  readonly until: { readonly name: string; readonly sha: string };
  /** For `git log` and `git rev-list`. */
  readonly revisions: readonly string[];
  /** The cut of a shallow clone lies outside the range. */
  readonly shallow: boolean;
}

/**
 * Resolves the range. Without `since`, the newest tag by ancestry (not by name) is taken; in a
 * repository without such a tag, the range begins with the first commit.
 * @throws CannotCheck for a revision that does not exist or a range that runs into a shallow cut.
 */
export async function resolveRange(
  git: Git,
  wish: { since?: string | undefined; until?: string | undefined },
): Promise<Range> {
  const untilName = wish.until ?? 'HEAD';
  const names = wish.since === undefined ? [untilName] : [untilName, wish.since];
  const [{ shallow, shas }, newest] = await Promise.all([
    commitsOf(git, names),
    wish.since === undefined ? newestTag(git, untilName) : undefined,
  ]);
  const until = { name: untilName, sha: shas[0]! };
  const sinceName = wish.since ?? newest;
  const since =
    sinceName === undefined
      ? undefined
      : { name: sinceName, sha: shas[1] ?? (await commitOf(git, sinceName)) };
  const revisions = since === undefined ? [until.sha] : [until.sha, `^${since.sha}`];
  if (shallow) await refuseCut(git, revisions);
  return { ...(since === undefined ? {} : { since }), until, revisions, shallow };
}

/** The commits of revisions, and whether the clone is shallow, in one question. */
async function commitsOf(
  git: Git,
  names: readonly string[],
): Promise<{ shallow: boolean; shas: string[] }> {
  const specs = names.map((name) => `${name}^{commit}`);
  try {
    const said = await git.run([
      'rev-parse',
      '--is-shallow-repository',
      '--end-of-options',
      ...specs,
    ]);
    const [shallow, ...lines] = said.split('\n');
    // Some versions of git say "--end-of-options" as well.
    return { shallow: shallow === 'true', shas: lines.filter((each) => /^[0-9a-f]+$/.test(each)) };
  } catch (error) {
    for (const name of names) await commitOf(git, name);
    throw error;
  }
}

async function commitOf(git: Git, name: string): Promise<string> {
  try {
    const spec = `${name}^{commit}`;
    return (await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', spec])).trim();
  } catch {
    throw new CannotCheck(
      name === 'HEAD'
        ? 'there is no commit yet: nothing to read'
        : `no such revision: ${name} (a mistyped tag? tags not fetched? try: git fetch --tags)`,
    );
  }
}

/**
 * The newest tag that is an ancestor; a tag on `until` itself is not where its range begins. A name
 * that git does not know has none: the caller tells.
 */
async function newestTag(git: Git, until: string): Promise<string | undefined> {
  if (until.startsWith('-')) return undefined; // No revision, and git would take it for an option.
  const nearest = async (...rules: string[]) => {
    const said = await git.run(['describe', '--tags', '--long', ...rules, until]);
    return /^(.+)-(\d+)-g[0-9a-f]+$/.exec(said.trim());
  };
  try {
    const found = await nearest();
    if (found?.[2] !== '0') return found?.[1];
    const own = (await git.run(['tag', '--points-at', until])).split('\n').filter(Boolean);
    return (await nearest(...own.map((tag) => `--exclude=${tag}`)))?.[1];
  } catch {
    return undefined; // No tag among the ancestors.
  }
}

async function refuseCut(git: Git, revisions: readonly string[]): Promise<void> {
  // In a shallow clone git tells a root only by %P being empty; the cut's file names them all.
  const path = (await git.run(['rev-parse', '--git-path', 'shallow'])).trim();
  const { readFile } = await import('node:fs/promises');
  const { resolve } = await import('node:path');
  const cut = new Set((await readFile(resolve(git.dir, path), 'utf8')).split('\n').filter(Boolean));
  const roots = await git.run(['rev-list', '--max-parents=0', ...revisions, '--']);
  if (roots.split('\n').some((sha) => cut.has(sha))) {
    throw new CannotCheck(
      'this clone is shallow and the range runs into its cut; fetch the rest first: git fetch --unshallow',
    );
  }
}

/** How many commits the range has by git's own count. */
export async function countCommits(git: Git, range: Range): Promise<number> {
  return Number(await git.run(['rev-list', '--count', ...range.revisions, '--'], { aside: true }));
}
