import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Attribution } from '../attribution/attribute.ts';
import type { AuthorMap } from '../attribution/author-map.ts';
import {
  type Config,
  readAuthorMap,
  readConfig,
  readIfThere,
  readTagFormat,
  remotesOf,
} from '../attribution/config.ts';
import type { ForgeKind } from '../attribution/dialect.ts';
import { BadFile, CannotCheck } from '../attribution/errors.ts';
import { pullsFromJson } from '../attribution/facts.ts';
import { type Git, gitIn, topOf } from '../attribution/git.ts';
import { EarlierHistory } from '../attribution/newcomers.ts';
import { pathsFrom } from '../attribution/paths.ts';
import { type Range, resolveRange } from '../attribution/range.ts';
import { beginReading } from '../attribution/reading.ts';
import { isRepoOf, type Said, type Site } from '../attribution/site.ts';
import type { Connection } from '../forge/connection.ts';
import { tokenFor } from '../forge/token.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';

/** The options that both commands share. */
export interface SharedOptions {
  readonly repo: string;
  readonly sinceTag?: string;
  readonly until?: string;
  readonly path?: readonly string[];
  readonly tagFormat?: string;
  readonly offline?: boolean;
  readonly prs?: string;
  readonly authors?: readonly string[];
  readonly cacheDir?: string;
  readonly forge?: string;
  readonly project?: string;
  readonly github?: string;
  readonly apiUrl?: string;
  readonly merges?: boolean;
  readonly helpers?: boolean;
  readonly minEvidence?: string;
  readonly maxWait?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export interface Prepared {
  readonly git: Git;
  readonly config: Config;
  readonly map: AuthorMap;
  readonly attribution: Attribution;
  /** What was before the range; of a release only. */
  readonly earlier?: EarlierHistory;
  /** The way to the forge, where the repository is on one. */
  readonly connection?: Connection;
}

/** From the command line to the attribution: the steps both commands begin with. */
export async function prepare(options: SharedOptions, io: Io, changes = false): Promise<Prepared> {
  refuseNonsense(options);
  const here = await gitIn(resolve(options.repo));
  // Side by side: each waits for git, and a process costs some milliseconds.
  const top = topOf(here);
  const asked = Promise.all([remotesOf(here), findRange(here, top, options)]);
  asked.catch(() => {}); // What is no repository is told first.
  const git = await top;
  const [remotes, range] = await asked;
  const note = (what: string) => {
    if (options.quiet !== true) io.err(`note: ${what}\n`);
  };
  if (range.note !== undefined) note(range.note);
  const reading = beginReading(git, range);
  const earlier = changes ? new EarlierHistory(git.dir, range) : undefined;
  const progress = new Progress(io, options.quiet !== true);
  try {
    // Loaded while git walks.
    const { attribute } = await import('../attribution/attribute.ts');
    const config = await readConfig(git, remotes, saidOf(options), io.env);
    const map = await readAuthorMap(config, note);
    const connection = config.site && connect(options, config.site, progress, io.env);
    const { forge, known } = await openCached(options, connection, io.env);
    const prs = await readPrs(options.prs);
    const attribution = await attribute({
      git,
      range,
      reading,
      map,
      assistants: config.assistants,
      ...(config.site === undefined ? {} : { repo: config.site.repo }),
      dialect: config.dialect,
      ...(forge === undefined ? {} : { forge }),
      known: new Map([...known, ...prs]),
      merges: options.merges ?? false,
      helpers: options.helpers ?? false,
      changes,
      minEvidence: options.minEvidence === 'weak' ? 'weak' : 'strong',
      onCommit: (read, total) => progress.count('commits read', read, total),
      onStep: (what) => progress.step(what),
    });
    const more = { ...(earlier && { earlier }), ...(connection && { connection }) };
    return { git, config, map, attribution, ...more };
  } catch (error) {
    earlier?.stop();
    throw error;
  } finally {
    reading.history.stop();
    progress.end();
  }
}

/** The range of the options, which begins at a previous tag only where nothing says otherwise. */
async function findRange(here: Git, top: Promise<Git>, options: SharedOptions): Promise<Range> {
  const { sinceTag: since, until, path = [], tagFormat } = options;
  return resolveRange(here, {
    since,
    until,
    paths: path.length === 0 ? [] : pathsFrom(path, here, await top),
    format: async () => tagFormat ?? (await readTagFormat(await top)),
  });
}

/** What commander can't see is wrong is told before anything is read. */
function refuseNonsense(options: SharedOptions): void {
  const wrong = (name: string, wanted: string, given: string) => {
    throw new CannotCheck(`${name} must be ${wanted}, not "${given}"`);
  };
  const { minEvidence, maxWait, tagFormat, forge, project, github, apiUrl } = options;
  if (minEvidence !== undefined && !/^(?:weak|strong)$/.test(minEvidence))
    wrong('--min-evidence', 'weak or strong', minEvidence);
  if (maxWait !== undefined && !/^\d+$/.test(maxWait))
    wrong('--max-wait', 'a number of seconds', maxWait);
  if (tagFormat !== undefined && tagFormat.split('{version}').length !== 2)
    wrong('--tag-format', 'a name with {version} in it once', tagFormat);
  if (github !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(github))
    wrong('--github', 'owner/name', github);
  if (project !== undefined && !isRepoOf('gitlab', project))
    wrong('--project', 'owner/name', project);
  if (github !== undefined && (project !== undefined || (forge ?? 'github') !== 'github'))
    throw new CannotCheck(
      '--github says the forge and the repository; leave --forge and --project out',
    );
  if (apiUrl !== undefined && !/^https?:\/\/[^/]/.test(apiUrl))
    wrong('--api-url', 'an address that begins with https://', apiUrl);
}

/** What the command line says of the forge, and of the AUTHOR_MAP. */
function saidOf({ forge, project, github, apiUrl, authors }: SharedOptions) {
  const kind = github === undefined ? forge : 'github';
  return {
    forge: (kind === 'gitea' ? 'forgejo' : kind) as ForgeKind | undefined,
    repo: project ?? github,
    apiUrl,
    authors: authors?.map((each) => resolve(each)),
  } satisfies Said & { authors: readonly string[] | undefined };
}

/** A repository's configuration alone, for what needs no history. */
export async function prepareConfig(options: SharedOptions, io: Io): Promise<Config> {
  refuseNonsense(options);
  const git = await topOf(await gitIn(resolve(options.repo)));
  const said = { ...saidOf(options), importing: true };
  return readConfig(git, await remotesOf(git), said, io.env);
}

function connect(
  options: SharedOptions,
  site: Site,
  progress: Progress,
  env: Io['env'],
): Connection {
  return {
    site,
    token: tokenFor(site, env),
    maxWaitSeconds: Number(options.maxWait ?? 60),
    onAsked: (what, done, total) => progress.count(what, done, total),
    onWait: (seconds, why) => progress.wait(seconds, why),
    second: Number(env.SLUICE_FORGE_SECOND_MS ?? 1000),
  };
}

/** The forge behind its cache; offline, what the cache has. */
async function openCached(
  options: SharedOptions,
  connection: Connection | undefined,
  env: Io['env'],
) {
  if (connection === undefined) return { forge: undefined, known: new Map<number, never>() };
  const { site } = connection;
  const dir =
    options.cacheDir ?? join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice-release');
  const { FactCache } = await import('../forge/cache.ts');
  const host = new URL(site.apiUrl).host.replace(/[^\w.-]/g, '_');
  const file = join(dir, host, `${site.repo.replaceAll('/', '+')}.json`);
  const cache = await FactCache.open(file);
  if (options.offline) return { forge: undefined, known: cache.pulls() };
  const { openForge } = await import('../forge/open.ts');
  return { forge: await openForge(connection, cache), known: new Map<number, never>() };
}

async function readPrs(file: string | undefined) {
  if (file === undefined) return new Map<number, never>();
  const text = await readIfThere(file);
  if (text === undefined) throw new CannotCheck(`no such file: ${file} (--prs)`);
  try {
    return pullsFromJson(text, file);
  } catch (error) {
    throw new BadFile(`${file}: ${(error as Error).message}`);
  }
}

/** Runs a command's work; every known failure is one line on stderr and its exit code. */
export async function guarded(io: Io, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const known = error as Error & { exitCode?: number };
    const code = typeof known.exitCode === 'number' ? known.exitCode : undefined;
    io.err(`error: ${code === undefined ? (known.stack ?? String(error)) : known.message}\n`);
    return code ?? 2;
  }
}
