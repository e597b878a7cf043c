import { readFileSync } from 'node:fs';
import { onCrashPoint } from '../core/crashPoint.ts';

/**
 * Kills processes at crash points, as the kernel would: no handler runs, nothing is flushed.
 *
 * `SLUICE_CRASH_AT` lists what dies where, separated by commas: `POINT[:NTH][@GENERATION][=VICTIM]`.
 * The victim dies at the NTH passing (default: the first) of the point, in that generation only or in
 * every one. It is this process (`gateway`), its parent (`supervisor`), or a child of it (`agent`;
 * passings without one do not count).
 */
interface Crash {
  readonly point: string;
  readonly generation: number | undefined;
  readonly victim: string;
  left: number;
}

/** Follows the plan in `text` (SLUICE_CRASH_AT), as far as it concerns this generation. @throws for a plan that is not understood. */
export function followCrashPlan(text: string | undefined, generation: number): void {
  const crashes = planned(text).filter(
    (c) => c.generation === undefined || c.generation === generation,
  );
  if (crashes.length === 0) return;
  onCrashPoint((name) => {
    for (const crash of crashes) {
      if (crash.point !== name || crash.left === 0) continue;
      const pid = victim(crash.victim);
      if (pid !== undefined && --crash.left === 0) process.kill(pid, 'SIGKILL');
    }
  });
}

function planned(text: string | undefined): Crash[] {
  if (text === undefined) return [];
  return text.split(',').map((one) => {
    const match = /^([\w-]+)(?::(\d+))?(?:@(\d+))?(?:=(gateway|supervisor|agent))?$/.exec(one);
    if (match === null) throw new Error(`SLUICE_CRASH_AT: not understood: ${one}`);
    const [, point = '', nth = '1', generation, who = 'gateway'] = match;
    return {
      point,
      left: Number(nth),
      generation: generation === undefined ? undefined : Number(generation),
      victim: who,
    };
  });
}

function victim(who: string): number | undefined {
  if (who === 'gateway') return process.pid;
  if (who === 'supervisor') return process.ppid;
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}
