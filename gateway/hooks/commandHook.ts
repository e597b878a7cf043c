import { spawn } from 'node:child_process';
import type { Hook, HookEvent } from './hooks.ts';

export interface CommandHookOptions {
  readonly event: HookEvent;
  /** The program and its arguments; no shell is involved. */
  readonly command: readonly string[];
  /** It is killed after this, milliseconds. */
  readonly timeout: number;
  /** The environment it gets, with the turn it is told of as SLUICE_TURN; nothing else is passed on. */
  readonly env: Readonly<Record<string, string>>;
  /** Tells whoever sweeps leftovers of a process group; returns the way to say that it is over. */
  readonly registerChild?: (child: { readonly pid: number }) => () => void;
}

/** Bytes of a hook's standard error that are kept for its error message. */
const STDERR = 2_000;

/**
 * A program that is run on an event, with the event as one line of JSON on its standard input. It has a
 * process group of its own, which ends with it: neither a hook that hangs nor one that leaves a process
 * behind outlives its bound.
 */
export function commandHook(options: CommandHookOptions): Hook {
  const { event, command, timeout, env, registerChild } = options;
  const [program, ...args] = command as [string, ...string[]];
  return {
    name: command.join(' '),
    events: new Set([event]),
    run: (payload, signal) =>
      new Promise<void>((resolve, reject) => {
        const child = spawn(program, args, {
          env: typeof payload.turn === 'string' ? { ...env, SLUICE_TURN: payload.turn } : env,
          stdio: ['pipe', 'ignore', 'pipe'],
          detached: true,
        });
        const { pid } = child;
        const unregister = pid === undefined ? undefined : registerChild?.({ pid });
        let cut: string | undefined;
        const end = (why: string) => {
          cut ??= why;
          killGroup(pid);
        };
        const timer = setTimeout(
          () => end(`it took longer than ${timeout / 1000} s and was ended`),
          timeout,
        );
        const left = () => end('the gateway ended first');
        signal.addEventListener('abort', left);
        const over = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', left);
          unregister?.();
        };
        let said = '';
        child.stderr.on('data', (chunk: Buffer) => {
          said = (said + chunk.toString()).slice(0, STDERR);
        });
        child.once('error', (error) => {
          over();
          reject(error);
        });
        // What it left behind would hold its standard error open.
        child.once('exit', () => killGroup(pid));
        child.once('close', (code, killed) => {
          over();
          if (cut !== undefined) reject(new Error(cut));
          else if (code === 0) resolve();
          else reject(new Error(`it exited with ${code ?? killed}: ${said.trim()}`));
        });
        // A program that does not read its input closes the pipe early; that is its own business.
        child.stdin.on('error', () => {});
        child.stdin.end(`${JSON.stringify(payload)}\n`);
      }),
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left in it.
  }
}
