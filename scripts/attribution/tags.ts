import { prefixOf } from '../notes/version.ts';
import type { Git } from './git.ts';

/** Which tags a range may begin at: those of one format, or those of the package in a folder. */
export interface TagWish {
  /** `pkg@{version}` */
  readonly format?: string | undefined;
  /** The folder of the package, from the repository's top. */
  readonly path?: string | undefined;
}

/**
 * The newest tag that is an ancestor; a tag on `until` itself is not where its range begins.
 *
 * - With a format only its tags count, and without one of them the range begins with the first commit.
 * - With a folder the tags of its package count: those whose name before the version is that of its
 *   package.json, the folder's path (as for Go's modules), or the folder's name. Where it has none, no
 *   tag counts that names another package.
 * - Where `until` is a tag with such a name (`pkg@1.2.3`), those of the same name count.
 * - Otherwise every tag counts.
 *
 * A revision that git does not know has none: the caller tells.
 */
export async function previousTag(
  git: Git,
  until: string,
  { format, path }: TagWish,
): Promise<string | undefined> {
  if (until.startsWith('-')) return undefined; // No revision, and git would take it for an option.
  if (format !== undefined) return newest(git, until, [format]);
  if (path !== undefined) return newest(git, until, await formatsIn(git, until, path));
  const mine = formatOfPackage(until);
  return (
    (mine === undefined ? undefined : await newest(git, until, [mine])) ??
    (await newest(git, until, ANY))
  );
}

const ANY = undefined;

/** The format of a tag that names a package before its version: `pkg@1.2.3`, but not `v1.2.3`. */
function formatOfPackage(until: string): string | undefined {
  const tag = until.replace(/^refs\/tags\//, '');
  return nameIn(tag) === undefined ? undefined : formatOf(tag);
}

function formatOf(tag: string): string {
  return `${prefixOf(tag)}{version}`;
}

/** What stands before a tag's version, without what joins the two: "pkg" of `pkg@1.2.3`, `pkg/v1.2.3`. */
function nameIn(tag: string): string | undefined {
  const name = prefixOf(tag)?.replace(/(?:^|[@/_=-]+)v$|[@/_=-]+$/, '');
  return name === undefined || name === '' ? undefined : name.toLowerCase();
}

/** The formats of tags that a range of a folder may begin at; of its several names the surest that has tags. */
async function formatsIn(git: Git, until: string, path: string): Promise<string[] | undefined> {
  let tags: string[];
  try {
    tags = (await git.run(['tag', '--merged', until])).split('\n').filter(Boolean);
  } catch {
    return ANY;
  }
  const byName = Map.groupBy(tags, nameIn);
  for (const name of await namesOf(git, until, path)) {
    const mine = byName.get(name.toLowerCase());
    if (mine !== undefined) return formatsOf(mine);
  }
  const nameless = byName.get(undefined) ?? [];
  byName.delete(undefined);
  // One name only is that of the whole project.
  return byName.size > 1 ? formatsOf(nameless) : ANY;
}

function formatsOf(tags: readonly string[]): string[] {
  return [...new Set(tags.filter((tag) => prefixOf(tag) !== undefined).map(formatOf))];
}

async function namesOf(git: Git, until: string, path: string): Promise<string[]> {
  if (path === '') return [];
  // A Go module of a later major version lies in a folder of its own, which its tags don't name.
  const folder = path.replace(/\/v\d+$/, '');
  const names = [folder, folder.slice(folder.lastIndexOf('/') + 1)];
  try {
    const manifest: unknown = JSON.parse(
      await git.run(['cat-file', 'blob', `${until}:${path}/package.json`]),
    );
    const name = (manifest as { name?: unknown } | null)?.name;
    if (typeof name === 'string' && name !== '') {
      names.unshift(name);
      if (name.includes('/')) names.push(name.slice(name.lastIndexOf('/') + 1));
    }
  } catch {
    // No such file, or none that npm would read: the folder names the package.
  }
  return names;
}

/** @param formats that a tag may have */
async function newest(
  git: Git,
  until: string,
  formats: readonly string[] | undefined,
): Promise<string | undefined> {
  if (formats?.length === 0) return undefined;
  const matches = (formats ?? []).map((format) => `--match=${patternOf(format)}`);
  const nearest = async (...rules: string[]) => {
    const said = await git.run(['describe', '--tags', '--long', ...matches, ...rules, until]);
    return /^(.+)-(\d+)-g[0-9a-f]+$/.exec(said.trim());
  };
  try {
    const found = await nearest();
    if (found?.[2] !== '0') return found?.[1];
    const here = (await git.run(['tag', '--points-at', until])).split('\n').filter(Boolean);
    return (await nearest(...here.map((tag) => `--exclude=${escaped(tag)}`)))?.[1];
  } catch {
    return undefined; // No such tag among the ancestors.
  }
}

/** The pattern of `git describe --match` for a format: a version begins with a digit. */
function patternOf(format: string): string {
  const [before = '', after = ''] = format.split('{version}');
  return `${escaped(before)}[0-9]*${escaped(after)}`;
}

function escaped(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}
