import { CannotCheck } from './errors.ts';
import type { Git } from './git.ts';
import { previousTag } from './tags.ts';

/** A range of history, resolved: everything in `until` that is not in `since`. */
export interface Range {
  /** Absent: from the beginning. */
  readonly since?: { readonly name: string; readonly sha: string };
  readonly until: { readonly name: string; readonly sha: string };
  /** For `git log` and `git rev-list`. */
  readonly revisions: readonly string[];
  /** Folders or files from the repository's top: only what touches them counts. Empty: everything. */
  readonly paths: readonly string[];
  /** The cut of a shallow clone lies outside the range. */
  readonly shallow: boolean;
  /** What somebody should know of the tag that it was found to begin at. */
  readonly note?: string;
}

export interface RangeWish {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly paths?: readonly string[];
  /** How the tags are called that a range without `since` may begin at; asked only then. */
  readonly format?: () => Promise<string | undefined>;
}

/**
 * Resolves the range. Without `since` it begins at the previous tag (`previousTag`); in a repository
 * without such a tag, with the first commit.
 * @throws CannotCheck for a revision that does not exist, a path that neither end of the range has
 * and nothing in it touches, or a range that runs into a shallow cut.
 */
export async function resolveRange(git: Git, wish: RangeWish): Promise<Range> {
  const untilName = wish.until ?? 'HEAD';
  const paths = wish.paths ?? [];
  const names = wish.since === undefined ? [untilName] : [untilName, wish.since];
  const previous = async () => {
    const format = await wish.format?.();
    return previousTag(git, untilName, { format, path: paths.length === 1 ? paths[0] : undefined });
  };
  const [{ shallow, shas }, start] = await Promise.all([
    commitsOf(git, names),
    wish.since === undefined ? previous() : undefined,
  ]);
  const until = { name: untilName, sha: shas[0]! };
  const sinceName = wish.since ?? start?.tag;
  const since =
    sinceName === undefined
      ? undefined
      : { name: sinceName, sha: shas[1] ?? (await commitOf(git, sinceName)) };
  const revisions = since === undefined ? [until.sha] : [until.sha, `^${since.sha}`];
  const range = {
    ...(since === undefined ? {} : { since }),
    until,
    revisions,
    paths,
    shallow,
    ...(start?.note === undefined ? {} : { note: start.note }),
  };
  if (shallow) await refuseCut(git, revisions);
  for (const path of paths) await refuseUnknown(git, range, path);
  return range;
}

/** What comes behind the revisions of a `git log` or `git rev-list`: the paths, and nothing for all. */
export function pathspecs({ paths }: Pick<Range, 'paths'>): string[] {
  return ['--', ...paths.map((path) => `:(top,literal)${path}`)];
}

/** A mistyped path would be a range without commits. */
async function refuseUnknown(git: Git, range: Range, path: string): Promise<void> {
  for (const end of [range.until, range.since]) {
    if (end === undefined || path === '') continue;
    if ((await git.run(['ls-tree', '-z', '--full-tree', end.sha, '--', path])) !== '') return;
  }
  const touching = ['rev-list', '--max-count=1', ...range.revisions];
  if ((await git.run([...touching, ...pathspecs({ paths: [path] })])) !== '') return;
  throw new CannotCheck(
    `nothing in ${range.until.name} or before it in this range is called ${path} (--path is read from the folder of --repo)`,
  );
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
  return Number(
    await git.run(['rev-list', '--count', ...range.revisions, ...pathspecs(range)], {
      aside: true,
    }),
  );
}
