import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { AssistantList } from './assistants.ts';
import {
  AUTHOR_MAP_PATH,
  type AuthorMap,
  EMPTY_MAP,
  isOwnForm,
  parseAuthorMap,
} from './author-map.ts';
import type { Dialect, ForgeKind } from './dialect.ts';
import { BadFile, CannotCheck } from './errors.ts';
import type { Git } from './git.ts';
import { isRepoOf, parseRemote, type Said, type Site, siteOf } from './site.ts';

/** `release.yaml` of a repository; every key has a default. */
export interface Config {
  /** How this history is written. */
  readonly dialect: Dialect;
  /** The repository on its forge, where one may be asked. */
  readonly site?: Site;
  readonly remote: string;
  /** The AUTHOR_MAP of our own form: read where it exists, and written to. */
  readonly authors: string;
  /** Maps that others wrote, which are only read. */
  readonly foreignMaps: readonly string[];
  readonly notes: string;
  /** `v{version}` where nothing says otherwise. */
  readonly tagFormat?: string;
  /** The project's own template of notes. */
  readonly template?: string;
  readonly assistants: AssistantList;
}

export const CONFIG_PATH = 'release.yaml';
const KEYS = [
  'forge',
  'repository',
  'api-url',
  'remote',
  'authors',
  'notes',
  'tag-format',
  'template',
  'assistants',
];
/** What `forge` can be; Gitea's interfaces are Forgejo's. */
const FORGES: Readonly<Record<string, ForgeKind>> = {
  github: 'github',
  gitlab: 'gitlab',
  forgejo: 'forgejo',
  gitea: 'forgejo',
};

/**
 * A file of a repository may be anybody's: what it names is read, and told of in logs, so it is in the
 * repository. The command line may name any file.
 */
async function refuseOutside(top: string, path: string): Promise<void> {
  const within = (from: string, to: string) => !/^\.\.(?:[/\\]|$)/.test(relative(from, to));
  const whole = resolve(top, path.replace(/#\w+$/, ''));
  // One that is not there is told by whoever reads it.
  const [real, realTop] = await Promise.all([
    realpath(whole).catch(() => undefined),
    realpath(top),
  ]);
  const isLinkedAway = real !== undefined && !within(realTop, real);
  if (isAbsolute(path) || !within(top, whole) || isLinkedAway)
    throw new BadFile(`${CONFIG_PATH}: ${path} is not inside the repository`);
}

/** What the command line says of the AUTHOR_MAP. */
interface SaidOfMaps {
  /** Absolute paths. */
  readonly authors?: readonly string[] | undefined;
  /** It is to be written, and need not be there yet. */
  readonly importing?: boolean;
}

/**
 * Reads a repository's configuration and finds its forge from its remotes: the configured one, else
 * `upstream`, else `origin`, else the only one.
 * @param said on the command line, which overrules the file
 * @throws BadFile for an unknown key or a wrong value, with its line.
 */
export async function readConfig(
  git: Git,
  remotes: ReadonlyMap<string, string>,
  said: Said & SaidOfMaps = {},
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Config> {
  const text = await readIfThere(join(git.dir, CONFIG_PATH));
  const values = text === undefined ? {} : await parseConfig(text);
  const remote =
    values.remote ??
    ['upstream', 'origin'].find((each) => remotes.has(each)) ??
    (remotes.size === 1 ? [...remotes.keys()][0]! : 'origin');
  if (values.remote !== undefined && !remotes.has(values.remote)) {
    throw new BadFile(`${CONFIG_PATH}: there is no remote "${values.remote}"`);
  }
  const inFile = [values.authors ?? []].flat();
  for (const each of [...inFile, ...(values.template === undefined ? [] : [values.template])])
    await refuseOutside(git.dir, each);
  const named = said.authors ?? inFile;
  const [own, ...more] = named.filter(isOwnForm);
  if (more.length > 0)
    throw new BadFile(`authors: only one file can be YAML, not ${own} and ${more[0]}`);
  const authors = resolve(git.dir, own ?? AUTHOR_MAP_PATH);
  if (own !== undefined && said.importing !== true && (await readIfThere(authors)) === undefined) {
    const where = said.authors === undefined ? `${CONFIG_PATH}: ` : '';
    throw new BadFile(`${where}there is no file ${own} (authors)`);
  }
  const forge = said.forge ?? (values.forge === undefined ? undefined : FORGES[values.forge]);
  const repo = said.repo ?? values.repository;
  const apiUrl = said.apiUrl ?? values['api-url'];
  const where = parseRemote(remotes.get(remote) ?? '');
  const found = siteOf({ forge, repo, apiUrl }, where, env, said);
  if (repo !== undefined && !isRepoOf(found.dialect.kind, repo))
    throw new BadFile(`"${repo}" is no repository on ${found.dialect.name}: it must be owner/name`);
  return {
    ...found,
    remote,
    authors,
    foreignMaps: named.filter((each) => !isOwnForm(each)).map((each) => resolve(git.dir, each)),
    notes: values.notes ?? 'release-notes',
    ...(values['tag-format'] === undefined ? {} : { tagFormat: values['tag-format'] }),
    ...(values.template === undefined ? {} : { template: resolve(git.dir, values.template) }),
    assistants: {
      addresses: values.assistants?.addresses ?? [],
      logins: values.assistants?.logins ?? [],
    },
  };
}

/** How the tags of a repository are called, where its configuration says. */
export async function readTagFormat(git: Git): Promise<string | undefined> {
  const text = await readIfThere(join(git.dir, CONFIG_PATH));
  // Loading the parser takes longer than all else that is done before the range is known.
  return text?.includes('tag-format') ? (await parseConfig(text))['tag-format'] : undefined;
}

/**
 * The AUTHOR_MAP of a configuration; an absent one is empty. What others wrote is added to it.
 * @param onRemark told what of theirs could not be taken
 */
export async function readAuthorMap(
  config: Config,
  onRemark: (what: string) => void = () => {},
): Promise<AuthorMap> {
  const text = await readIfThere(config.authors);
  const own =
    text === undefined ? EMPTY_MAP : await parseAuthorMap(text, config.authors, config.dialect);
  if (config.foreignMaps.length === 0) return own;
  const { addForeignMaps } = await import('./maps/add.ts');
  return addForeignMaps(own, config.foreignMaps, config.dialect, onRemark);
}

interface Values {
  forge?: string;
  repository?: string;
  'api-url'?: string;
  remote?: string;
  authors?: string | string[];
  notes?: string;
  'tag-format'?: string;
  template?: string;
  assistants?: { addresses?: string[]; logins?: string[] };
}

async function parseConfig(text: string): Promise<Values> {
  const { LineCounter, parseDocument, isMap, isScalar, isSeq } = await import('yaml');
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines });
  const fail = (offset: number, why: string): never => {
    throw new BadFile(`${CONFIG_PATH}:${lines.linePos(offset).line}: ${why}`);
  };
  for (const error of doc.errors)
    fail(error.pos[0], error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, ''));
  if (doc.contents === null) return {};
  if (!isMap(doc.contents)) return fail(0, 'must be a mapping');
  for (const { key, value } of doc.contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    if (!KEYS.includes(name)) fail(offset, `unknown key "${name}" (known: ${KEYS.join(', ')})`);
    if (name === 'assistants') {
      if (!isMap(value)) return fail(offset, 'assistants must have addresses or logins');
      for (const each of value.items) {
        const field = isScalar(each.key) ? String(each.key.value) : '';
        const at = isScalar(each.key) ? (each.key.range?.[0] ?? offset) : offset;
        if (field !== 'addresses' && field !== 'logins')
          fail(at, `unknown key "${field}" in assistants (known: addresses, logins)`);
        const listed = isSeq(each.value) ? each.value.items : [];
        if (
          listed.length === 0 ||
          !listed.every((item) => isScalar(item) && typeof item.value === 'string')
        )
          fail(at, `${field} of assistants must be a list of text`);
      }
    } else if (name === 'authors' && isSeq(value)) {
      if (!value.items.every((item) => isScalar(item) && typeof item.value === 'string'))
        fail(offset, 'authors must be a file, or a list of files');
    } else if (!isScalar(value) || typeof value.value !== 'string')
      fail(offset, `${name} must be text`);
    else if (name === 'forge' && !Object.hasOwn(FORGES, value.value)) {
      fail(offset, `forge must be one of ${Object.keys(FORGES).join(', ')}`);
    } else if (name === 'repository' && !isRepoOf('gitlab', value.value)) {
      fail(offset, 'repository must be "owner/name"');
    } else if (name === 'api-url' && !/^https?:\/\/[^/]/.test(value.value)) {
      fail(offset, 'api-url must be an address that begins with https://');
    } else if (name === 'notes' && /^(?:\/|~)|(?:^|\/)\.\.(?:\/|$)/.test(value.value)) {
      fail(offset, 'notes must be a folder inside the repository');
    } else if (name === 'tag-format' && !value.value.includes('{version}')) {
      fail(offset, 'tag-format must contain {version}');
    }
  }
  return doc.toJS() as Values;
}

/** The addresses of a repository's remotes, by name. */
export async function remotesOf(git: Git): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  // A setting of this one question is in the answer, so that git always says something.
  const keys = '^(remotes\\.asked|remote\\..*\\.url)$';
  const out = await git.run(['-c', 'remotes.asked=yes', 'config', '--get-regexp', keys]);
  for (const line of out.split('\n').filter(Boolean)) {
    const match = /^remote\.(.*)\.url (.*)$/.exec(line);
    if (match !== null && !found.has(match[1]!)) found.set(match[1]!, match[2]!);
  }
  return found;
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CannotCheck(`can't read ${path}: ${(error as Error).message}`);
  }
}
