import { execFile } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock, Timer } from '../core/clock.ts';

/** What the watchdog sees of a generation. */
export interface Watched {
  readonly state: string;
  missedBeats: number;
}

/**
 * Calls `hung` once for each generation that has said nothing for `watchdogMs` (R11; `TIMEOUT_DEFAULTS` in options.ts). It counts its own
 * ticks and not time: when the machine sleeps or the supervisor itself was stopped, no tick is
 * missed, and nobody is taken for hung. A generation that still starts has its own deadline.
 * @returns a function that ends it.
 */
export function watch<T extends Watched>(
  generations: () => Iterable<T>,
  hung: (generation: T) => void,
  timing: { readonly beatMs: number; readonly watchdogMs: number },
  clock: Clock,
): () => void {
  const limit = Math.max(2, Math.ceil(timing.watchdogMs / timing.beatMs));
  let timer: Timer;
  const tick = () => {
    for (const generation of generations()) {
      if (generation.state === 'starting') continue;
      if (++generation.missedBeats === limit) hung(generation);
    }
    timer = clock.after(timing.beatMs, tick);
  };
  timer = clock.after(timing.beatMs, tick);
  return () => timer.cancel();
}

const STACK_TIMEOUT_MS = 3_000;

/** Where a hung process is, as far as can be found out within some seconds; for the log. */
export function stackOf(pid: number): Promise<string> {
  const self = fileURLToPath(import.meta.url);
  const program = fileURLToPath(new URL(`./stackDump${extname(self)}`, import.meta.url));
  const { promise, resolve } = Promise.withResolvers<string>();
  const options = { timeout: STACK_TIMEOUT_MS, killSignal: 'SIGKILL' as const };
  execFile(process.execPath, [program, String(pid)], options, (_error, stdout) =>
    resolve(stdout.trim() || 'its stack cannot be read on this system'),
  );
  return promise;
}
