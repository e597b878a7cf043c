import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
const LIMIT_MS = 30_000;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly home?: string;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** The command line as a real process, with nothing of this one's environment but the path. */
export function start(args: readonly string[], options: RunOptions = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? options.home ?? '/',
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: options.home ?? '/nonexistent',
      ...(options.home === undefined ? {} : { SLUICE_HOME: options.home }),
      ...options.env,
    },
    stdio: 'pipe',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    err += piece;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Ran>((done) => {
    child.once('close', (code) => done({ code, out, err }));
  });
  return { child, ended, out: () => out, err: () => err };
}

export function sluice(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return start(args, options).ended;
}
