import { prefixOf } from '../notes/version.ts';
import type { Git } from './git.ts';

/** Which tags a range may begin at: those of one format, or those of the package in a folder. */
export interface TagWish {
  /** `pkg@{version}` */
  readonly format?: string | undefined;
  /** The folder of the package, from the repository's top. */
  readonly path?: string | undefined;
}

/** Where a range begins that nobody said the start of. */
export interface Start {
  /** Absent: with the first commit. */
  readonly tag?: string | undefined;
  /** What somebody should know who expected another. */
  readonly note?: string;
}

/**
 * The newest tag that is an ancestor; a tag on `until` itself is not where its range begins.
 *
 * - With a format only its tags count, and without one of them the range begins with the first commit.
 * - With a folder the tags of its package count: those whose name before the version is that in its
 *   manifest, the folder's path (as for Go's modules), or the folder's name. Where it has none, no
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
): Promise<Start> {
  if (until.startsWith('-')) return {}; // No revision, and git would take it for an option.
  if (format !== undefined) {
    const tag = await newest(git, until, [format]);
    return tag === undefined ? begins(`no earlier tag is called like ${format}`, tag) : { tag };
  }
  if (path !== undefined) {
    const { formats, isOwn } = await formatsIn(git, until, path);
    const tag = await newest(git, until, formats);
    return isOwn ? { tag } : begins(`no earlier tag names the package in ${path}`, tag);
  }
  const mine = formatOfPackage(until);
  const own = mine === undefined ? undefined : await newest(git, until, [mine]);
  return { tag: own ?? (await newest(git, until, ANY)) };
}

function begins(why: string, tag: string | undefined): Start {
  const where = tag === undefined ? 'with the first commit' : `at ${tag}`;
  return {
    tag,
    note: `${why}: the range begins ${where} (--tag-format or --since-tag say otherwise)`,
  };
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

/**
 * The formats of tags that a range of a folder may begin at. `isOwn` is false where they are not of its
 * package, in a repository whose tags name others.
 */
async function formatsIn(
  git: Git,
  until: string,
  path: string,
): Promise<{ formats: string[] | undefined; isOwn: boolean }> {
  let tags: string[];
  try {
    tags = (await git.run(['tag', '--merged', until])).split('\n').filter(Boolean);
  } catch {
    return { formats: ANY, isOwn: true };
  }
  const byName = Map.groupBy(tags, nameIn);
  const nameless = byName.get(undefined) ?? [];
  byName.delete(undefined);
  const names = await namesOf(git, until, path);
  // A package that was renamed has tags of several; the newest counts.
  for (const alike of [lower, squashed]) {
    const wanted = new Set(names.map(alike));
    const mine = [...byName].filter(([name]) => wanted.has(alike(name!)));
    const formats = formatsOf(mine.flatMap(([, each]) => each));
    if (formats.length > 0) return { formats, isOwn: true };
  }
  // One name only is that of the whole project.
  if (byName.size <= 1) return { formats: ANY, isOwn: true };
  return { formats: formatsOf(nameless), isOwn: false };
}

function lower(name: string): string {
  return name.toLowerCase();
}

/** "checkpoint-postgres" is tagged `checkpointpostgres==1.0.0` by some. */
function squashed(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function formatsOf(tags: readonly string[]): string[] {
  return [...new Set(tags.filter((tag) => prefixOf(tag) !== undefined).map(formatOf))];
}

async function namesOf(git: Git, until: string, path: string): Promise<string[]> {
  // A Go module of a later major version lies in a folder of its own, which its tags don't name.
  const folder = path.replace(/\/v\d+$/, '');
  const inManifests = await Promise.all(
    MANIFESTS.map(([file, nameOf]) => nameInFile(git, `${until}:${path}/${file}`, nameOf)),
  );
  const written = inManifests.filter((name) => name !== undefined);
  const last = (name: string) => name.slice(name.lastIndexOf('/') + 1);
  return [...written, folder, last(folder), ...written.map(last)];
}

/** Where packages say their names. TOML is only looked through: a package's own name comes first in it. */
const MANIFESTS: readonly (readonly [string, (text: string) => unknown])[] = [
  ['package.json', (text) => (JSON.parse(text) as { name?: unknown } | null)?.name],
  ['Cargo.toml', (text) => /^name\s*=\s*["']([^"']+)["']/m.exec(text)?.[1]],
  ['pyproject.toml', (text) => /^name\s*=\s*["']([^"']+)["']/m.exec(text)?.[1]],
];

async function nameInFile(
  git: Git,
  blob: string,
  nameOf: (text: string) => unknown,
): Promise<string | undefined> {
  try {
    const name = nameOf(await git.run(['cat-file', 'blob', blob]));
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined; // No such file, or none that its own tools would read.
  }
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
  // A tag that moves ("nightly", "latest") is no version: it counts where there is no other.
  const best = (...rules: string[]) =>
    formats === undefined
      ? nearest('--match=*[0-9]*', ...rules).catch(() => nearest(...rules))
      : nearest(...rules);
  try {
    const found = await best();
    if (found?.[2] !== '0') return found?.[1];
    const here = (await git.run(['tag', '--points-at', until])).split('\n').filter(Boolean);
    return (await best(...here.map((tag) => `--exclude=${escaped(tag)}`)))?.[1];
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
