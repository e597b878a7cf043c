import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Attribution } from '../attribution/attribute.ts';
import type { AuthorMap } from '../attribution/author-map.ts';
import {
  type Config,
  readAuthorMap,
  readConfig,
  readIfThere,
  remotesOf,
} from '../attribution/config.ts';
import { BadFile, CannotCheck } from '../attribution/errors.ts';
import { type Forge, pullsFromJson } from '../attribution/facts.ts';
import { type Git, gitIn, topOf } from '../attribution/git.ts';
import { resolveRange } from '../attribution/range.ts';
import { beginReading } from '../attribution/reading.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';

/** The options that both commands share. */
export interface SharedOptions {
  readonly repo: string;
  readonly sinceTag?: string;
  readonly until?: string;
  readonly offline?: boolean;
  readonly prs?: string;
  readonly cacheDir?: string;
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
  readonly token?: string;
}

/** From the command line to the attribution: the steps both commands begin with. */
export async function prepare(options: SharedOptions, io: Io, changes = false): Promise<Prepared> {
  refuseNonsense(options);
  const here = await gitIn(resolve(options.repo));
  // Side by side: each waits for git, and a process costs some milliseconds.
  const asked = Promise.all([
    remotesOf(here),
    resolveRange(here, { since: options.sinceTag, until: options.until }),
  ]);
  asked.catch(() => {}); // What is no repository is told first.
  const git = await topOf(here);
  const [remotes, range] = await asked;
  const reading = beginReading(git, range);
  const progress = new Progress(io, options.quiet !== true);
  try {
    // Loaded while git walks.
    const { attribute } = await import('../attribution/attribute.ts');
    const config = await readConfig(git, remotes, {
      ...(options.github === undefined ? {} : { repo: options.github }),
      ...(options.apiUrl === undefined ? {} : { apiUrl: options.apiUrl }),
    });
    const map = await readAuthorMap(config);
    const token = io.env.GITHUB_TOKEN || io.env.GH_TOKEN || undefined;
    const { forge, known } = await openForge(options, config, token, progress, io.env);
    const prs = await readPrs(options.prs);
    const attribution = await attribute({
      git,
      range,
      reading,
      map,
      assistants: config.assistants,
      ...(config.repo === undefined ? {} : { repo: config.repo }),
      ...(forge === undefined ? {} : { forge }),
      known: new Map([...known, ...prs]),
      merges: options.merges ?? false,
      helpers: options.helpers ?? false,
      changes,
      minEvidence: options.minEvidence === 'weak' ? 'weak' : 'strong',
      onCommit: (read, total) => progress.count('commits read', read, total),
      onStep: (what) => progress.step(what),
    });
    return { git, config, map, attribution, ...(token === undefined ? {} : { token }) };
  } finally {
    reading.history.stop();
    progress.end();
  }
}

/** What commander can't see is wrong is told before anything is read. */
function refuseNonsense(options: SharedOptions): void {
  const wrong = (name: string, wanted: string, given: string) => {
    throw new CannotCheck(`${name} must be ${wanted}, not "${given}"`);
  };
  const { minEvidence, maxWait, github, apiUrl } = options;
  if (minEvidence !== undefined && !/^(?:weak|strong)$/.test(minEvidence))
    wrong('--min-evidence', 'weak or strong', minEvidence);
  if (maxWait !== undefined && !/^\d+$/.test(maxWait))
    wrong('--max-wait', 'a number of seconds', maxWait);
  if (github !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(github))
    wrong('--github', 'owner/name', github);
  if (apiUrl !== undefined && !/^https?:\/\/[^/]/.test(apiUrl))
    wrong('--api-url', 'an address that begins with https://', apiUrl);
}

async function openForge(
  options: SharedOptions,
  config: Config,
  token: string | undefined,
  progress: Progress,
  env: Io['env'],
) {
  if (config.repo === undefined) return { forge: undefined, known: new Map<number, never>() };
  const dir =
    options.cacheDir ?? join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice-release');
  const { FactCache } = await import('../attribution/cache.ts');
  const host = new URL(config.apiUrl).host.replace(/[^\w.-]/g, '_');
  const cache = await FactCache.open(join(dir, host, `${config.repo.replace('/', '+')}.json`));
  if (options.offline) return { forge: undefined, known: cache.pulls() };
  const { github } = await import('../attribution/github.ts');
  const forge: Forge = github({
    repo: config.repo,
    baseUrl: config.apiUrl,
    cache,
    maxWaitSeconds: Number(options.maxWait ?? 60),
    onAsked: (what, done, total) => progress.count(what, done, total),
    onWait: (seconds, why) => progress.wait(seconds, why),
    second: Number(env.SLUICE_GITHUB_SECOND_MS ?? 1000),
    ...(token === undefined ? {} : { token }),
  });
  return { forge, known: new Map<number, never>() };
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
