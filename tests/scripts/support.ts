import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from '../../scripts/attribution/model.ts';
import type { Io } from '../../scripts/cli/io.ts';
import { contributorAudit } from '../../scripts/contributor-audit.ts';
import { release } from '../../scripts/release.ts';
import { tempDir } from '../harness/temp.ts';

const ROOT = join(import.meta.dirname, '../..');

const ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada Maker',
  GIT_AUTHOR_EMAIL: 'ada@home.example',
  GIT_COMMITTER_NAME: 'Ada Maker',
  GIT_COMMITTER_EMAIL: 'ada@home.example',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};

// The commands run in this process, and git takes its environment from it.
Object.assign(process.env, {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  LC_ALL: 'C.UTF-8',
});

export interface Repo {
  readonly dir: string;
  git(...args: string[]): string;
  /** Runs git with some input or environment of its own. */
  gitWith(
    extra: { input?: string | Buffer; env?: Record<string, string> },
    ...args: string[]
  ): string;
  /** An empty commit; `by` is "Name <address>". */
  commit(message: string, by?: string): string;
  write(path: string, text: string): void;
}

/** A repository of its own with made-up people, removed after the test. */
export function makeRepo(
  dir = tempDir('sluice-repo-'),
  init: string[] = ['init', '-q', '-b', 'main'],
): Repo {
  const gitWith: Repo['gitWith'] = ({ input, env }, ...args) => {
    const done = spawnSync('git', ['-C', dir, ...args], {
      input,
      env: { ...ENV, ...env },
      timeout: 20_000,
    });
    if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
    return done.stdout.toString().trim();
  };
  const git = (...args: string[]) => gitWith({}, ...args);
  if (init.length > 0) git(...init);
  return {
    dir,
    git,
    gitWith,
    write: (path, text) => writeFileSync(join(dir, path), text),
    commit(message, by = 'Ada Maker <ada@home.example>') {
      const [, name, email] = /^(.*) <(.*)>$/.exec(by)!;
      const env = { GIT_AUTHOR_NAME: name!, GIT_AUTHOR_EMAIL: email! };
      gitWith(
        { input: message, env },
        'commit',
        '-q',
        '--allow-empty',
        '--allow-empty-message',
        '--cleanup=verbatim',
        '-F',
        '-',
      );
      return git('rev-parse', 'HEAD');
    },
  };
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type CommandName = 'release' | 'contributor-audit';

/** What a command is run with: no configuration of this machine, a cache of its own. */
const environment = (env: Record<string, string>) => ({
  ...ENV,
  XDG_CACHE_HOME: tempDir('sluice-cache-'),
  SLUICE_FORGE_SECOND_MS: '1',
  ...env,
});

/** Runs one of the two commands in this process: the same function, its streams and exit code. */
export async function run(
  command: CommandName,
  args: readonly string[],
  env: Record<string, string> = {},
  terminal = false,
): Promise<Ran> {
  let [out, err] = ['', ''];
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: environment(env),
    outIsTerminal: terminal,
    errIsTerminal: terminal,
  };
  const code = await (command === 'release' ? release : contributorAudit)(args, io);
  return { code, out, err };
}

/** Runs one of the two commands as a user does: a process of its own, which `signal` kills. */
export function runProcess(
  command: CommandName,
  args: readonly string[],
  env: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, `scripts/${command}.ts`), ...args], {
      env: environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 25_000,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    signal?.addEventListener('abort', () => child.kill('SIGKILL'));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** The audit of a repository as data. */
export async function auditJson(repo: Repo, ...args: string[]) {
  const ran = await run('contributor-audit', [
    '--repo',
    repo.dir,
    '--offline',
    '--format',
    'json',
    ...args,
  ]);
  if (ran.out === '') throw new Error(ran.err);
  const report = JSON.parse(ran.out) as {
    commits: number;
    authored: number;
    people: {
      id: string;
      login: string | null;
      name: string;
      emails: string[];
      remarks: string[];
      joins: { what: string; reason: string; weak: boolean }[];
      credits: { role: string; count: number; evidence: { line: string; note?: string }[] }[];
    }[];
    helpers: { id: string; credits: { role: string }[] }[];
    missing: string[] | null;
    unearned: { handle: string }[] | null;
    incomplete: string[];
    suspects: {
      who: string;
      reason: string;
      evidence: { line: string }[];
      machine: string;
      person: string;
    }[];
    filtered: { ident: { name: string; email: string }; reason: string }[];
    unresolved: { what: string; suggestion: string }[];
    weak: { who: string }[];
  };
  return { ...ran, report, ids: report.people.map((each) => each.id) };
}

/** A made-up contributor of two commits, known by a login. */
export function person(login: string): Person {
  return {
    login,
    name: login,
    names: [login],
    emails: [],
    logins: [login],
    joins: [],
    remarks: [],
    credits: [{ role: 'author', count: 2, evidence: [] }],
  };
}
