import { readFileSync } from 'node:fs';

/**
 * Places where a test may kill a process as the kernel would: no handler runs, nothing is flushed.
 *
 * `SLUICE_CRASH_AT` lists what dies where, separated by commas: `POINT[:NTH][@GENERATION][=VICTIM]`.
 * The victim dies at the NTH passing (default: the first) of the point, in that generation only or in
 * every one. It is this process (`gateway`), its parent (`supervisor`), or a child of it (`agent`;
 * passings without one do not count). Without the variable a call costs one comparison.
 */
export const CRASH_POINTS = [
  'instance-joined',
  'work-adopted',
  'input-open',
  'serving',
  'message-arrived',
  'message-committed',
  'turn-started',
  'turn-run',
  'turn-ended',
  'before-send',
  'after-send',
  'send-recorded',
  'drain-begun',
  'input-handed-over',
  'sending-handed-over',
  'before-leave',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

interface Crash {
  readonly point: string;
  readonly generation: number | undefined;
  readonly victim: string;
  left: number;
}

let crashes = planned(process.env.SLUICE_CRASH_AT);

/** Dies here, or lets another die, if a test asked for it. */
export function crashPoint(name: CrashPoint): void {
  if (crashes.length === 0) return;
  for (const crash of crashes) {
    if (crash.point !== name || crash.left === 0) continue;
    const pid = victim(crash.victim);
    if (pid !== undefined && --crash.left === 0) process.kill(pid, 'SIGKILL');
  }
}

/** Called once by a generation: what is planned for others does not concern it. */
export function limitCrashPoints(generation: number): void {
  crashes = crashes.filter((c) => c.generation === undefined || c.generation === generation);
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
