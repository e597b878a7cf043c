import { spawn } from 'node:child_process';
import type { Hook, HookEvent } from './hooks.ts';

export interface CommandHookOptions {
  readonly event: HookEvent;
  /** The program and its arguments; no shell is involved. */
  readonly command: readonly string[];
  /** It is killed after this, milliseconds. */
  readonly timeout: number;
  /** The environment it gets; nothing else is passed on. */
  readonly env: Readonly<Record<string, string>>;
}

/** Bytes of a hook's standard error that are kept for its error message. */
const STDERR = 2_000;

/** A program that is run on an event, with the event as one line of JSON on its standard input. */
export function commandHook({ event, command, timeout, env }: CommandHookOptions): Hook {
  const [program, ...args] = command as [string, ...string[]];
  return {
    name: command.join(' '),
    events: new Set([event]),
    run: (payload) =>
      new Promise<void>((resolve, reject) => {
        const child = spawn(program, args, {
          env,
          stdio: ['pipe', 'ignore', 'pipe'],
          timeout,
          killSignal: 'SIGKILL',
        });
        let said = '';
        child.stderr.on('data', (chunk: Buffer) => {
          said = (said + chunk.toString()).slice(0, STDERR);
        });
        child.once('error', reject);
        child.once('close', (code, signal) => {
          if (code === 0) resolve();
          else if (signal === 'SIGKILL')
            reject(new Error(`it took longer than ${timeout / 1000} s and was ended`));
          else reject(new Error(`it exited with ${code ?? signal}: ${said.trim()}`));
        });
        // A program that does not read its input closes the pipe early; that is its own business.
        child.stdin.on('error', () => {});
        child.stdin.end(`${JSON.stringify(payload)}\n`);
      }),
  };
}
