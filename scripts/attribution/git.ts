import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';
import { CannotCheck } from './errors.ts';

/** The part of git this tooling needs: one command, its whole output. */
export interface Git {
  readonly dir: string;
  /** Runs `git ...args`; throws when git exits with anything but 0. */
  run(args: readonly string[], how?: How): Promise<string>;
}

interface How {
  /** What the command reads. */
  readonly input?: string;
  /** Nobody waits for it yet: it leaves the processors to what somebody waits for. */
  readonly aside?: boolean;
}

/** A git that gives up on a hung network or filter after this long. */
const SILENCE_MS = 120_000;

/** Runs git in a folder, through simple-git; whether that is a repository shows with its answers. */
export async function gitIn(folder: string): Promise<Git> {
  const { simpleGit } = await import('simple-git');
  let git: ReturnType<typeof simpleGit>;
  try {
    git = simpleGit({
      baseDir: folder,
      timeout: { block: SILENCE_MS },
      // By default a failure without words on stderr counts as success.
      errors: (error, result) =>
        result.exitCode === 0
          ? error
          : (error ?? new Error(Buffer.concat(result.stdErr).toString().trim() || 'git failed')),
    });
  } catch {
    throw notOne(folder);
  }
  return {
    dir: folder,
    run: (args, how) => (how === undefined ? git.raw([...args]) : spawned(folder, args, how)),
  };
}

/**
 * The repository that a folder is in (a work tree, a linked one, or a bare one). Of a work tree its
 * top is taken: that is where its configuration lies.
 * @throws CannotCheck when the folder is in no git repository.
 */
export async function topOf(git: Git): Promise<Git> {
  let up: string | undefined;
  try {
    // Each call prints something whatever is found: simple-git pauses on empty output.
    [, up] = (await git.run(['rev-parse', '--git-dir', '--show-cdup'])).split('\n');
  } catch {
    throw notOne(git.dir);
  }
  return up === undefined || up === '' ? git : gitIn(resolve(git.dir, up));
}

function notOne(folder: string): CannotCheck {
  return new CannotCheck(`${folder} is not a git repository`);
}

/** simple-git neither writes to a command's standard input nor tells its process. */
async function spawned(dir: string, args: readonly string[], how: How): Promise<string> {
  const { spawn } = await import('node:child_process');
  return new Promise((done, reject) => {
    const child = spawn('git', ['-C', dir, ...args], { timeout: SILENCE_MS });
    if (how.aside && child.pid !== undefined) lowerPriority(child.pid);
    const out: Buffer[] = [];
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? done(Buffer.concat(out).toString()) : reject(new Error(err.trim())),
    );
    // git may end before it has read everything; its exit code tells, not EPIPE.
    child.stdin.on('error', () => {});
    child.stdin.end(how.input ?? '');
  });
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the system does not let us: it only takes a little longer.
  }
}
