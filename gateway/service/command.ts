import { spawn } from 'node:child_process';
import { SECOND } from '../core/clock.ts';

/** How a program ended. A program that is not there has code 127, as in a shell. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** It is killed after this; code 124, as of timeout(1). */
  readonly timeoutMs?: number;
  /** It gets this terminal, and nothing of what it says is kept. */
  readonly attached?: boolean;
}

/** Runs a program to its end. Never rejects. Injected, so that managers can be tested where they are not. */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<Ran>;

const NOT_FOUND = 127;
const TIMED_OUT = 124;
const TIMEOUT_MS = 30 * SECOND;

/** `Run` with real processes; without a terminal for the program it is bounded to 30 s. */
export const runProgram: Run = (program, args, options = {}) => {
  const attached = options.attached === true;
  const timeoutMs = options.timeoutMs ?? (attached ? 0 : TIMEOUT_MS);
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const child = spawn(program, args, {
    stdio: attached ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    // What is read here is meant for programs: no colours, no pager, no translations.
    env: attached
      ? process.env
      : { ...process.env, LC_ALL: 'C', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.once('error', (error) => resolve({ code: NOT_FOUND, stdout, stderr: error.message }));
  child.once('close', (code, signal) =>
    resolve({ code: code ?? (signal === 'SIGKILL' ? TIMED_OUT : 1), stdout, stderr }),
  );
  return promise;
};
