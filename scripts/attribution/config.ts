import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssistantList } from './assistants.ts';
import { AUTHOR_MAP_PATH, type AuthorMap, EMPTY_MAP, parseAuthorMap } from './author-map.ts';
import { BadFile, CannotCheck } from './errors.ts';
import type { Git } from './git.ts';

/** `release.yaml` of a repository; every key has a default. */
export interface Config {
  /** "owner/name" */
  readonly repo?: string;
  readonly host: string;
  readonly apiUrl: string;
  readonly remote: string;
  readonly authors: string;
  readonly notes: string;
  /** `v{version}` where nothing says otherwise. */
  readonly tagFormat?: string;
  readonly assistants: AssistantList;
}

export const CONFIG_PATH = 'release.yaml';
const KEYS = ['repository', 'api-url', 'remote', 'authors', 'notes', 'tag-format', 'assistants'];

/**
 * Reads a repository's configuration and finds owner and name from its remotes: the configured
 * one, else `upstream`, else `origin`, else the only one.
 * @throws BadFile for an unknown key or a wrong value, with its line.
 */
export async function readConfig(
  git: Git,
  remotes: ReadonlyMap<string, string>,
  override: { repo?: string; apiUrl?: string } = {},
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
  const authors = join(git.dir, values.authors ?? AUTHOR_MAP_PATH);
  if (values.authors !== undefined && (await readIfThere(authors)) === undefined) {
    throw new BadFile(`${CONFIG_PATH}: there is no file ${values.authors} (authors)`);
  }
  const found = parseRemote(remotes.get(remote) ?? '');
  const repo = override.repo ?? values.repository ?? found?.repo;
  const apiUrl = override.apiUrl ?? values['api-url'] ?? 'https://api.github.com';
  const host = found?.host ?? new URL(apiUrl).host.replace(/^api\./, '');
  // A remote that is neither GitHub nor configured as one is not asked, and gets no token.
  const isGitHub =
    host === 'github.com' || values['api-url'] !== undefined || override.apiUrl !== undefined;
  const known = override.repo ?? values.repository ?? (isGitHub ? repo : undefined);
  return {
    ...(known === undefined ? {} : { repo: known }),
    host,
    apiUrl,
    remote,
    authors,
    notes: values.notes ?? 'release-notes',
    ...(values['tag-format'] === undefined ? {} : { tagFormat: values['tag-format'] }),
    assistants: {
      addresses: values.assistants?.addresses ?? [],
      logins: values.assistants?.logins ?? [],
    },
  };
}

/** The AUTHOR_MAP of a configuration; an absent one is empty. */
export async function readAuthorMap(config: Config): Promise<AuthorMap> {
  const text = await readIfThere(config.authors);
  return text === undefined ? EMPTY_MAP : parseAuthorMap(text, config.authors);
}

interface Values {
  repository?: string;
  'api-url'?: string;
  remote?: string;
  authors?: string;
  notes?: string;
  'tag-format'?: string;
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
    } else if (!isScalar(value) || typeof value.value !== 'string')
      fail(offset, `${name} must be text`);
    else if (name === 'repository' && !/^[\w.-]+\/[\w.-]+$/.test(value.value)) {
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

/** Reads `https://host/owner/name.git`, `git@host:owner/name`, `ssh://git@host:22/owner/name`. */
export function parseRemote(url: string): { host: string; repo: string } | undefined {
  const match =
    /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
      url,
    ) ?? /^(?:[^@/]*@)?([^/:]+):([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(url);
  // GitHub's own other names: for ssh through port 443, and of old.
  return match === null
    ? undefined
    : { host: match[1]!.replace(/^(?:ssh|www)\.github\.com$/, 'github.com'), repo: match[2]! };
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CannotCheck(`can't read ${path}: ${(error as Error).message}`);
  }
}
