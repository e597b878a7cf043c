/**
 * Places where a test may kill this process as the kernel would: no handler runs, nothing is flushed.
 * `SLUICE_CRASH_AT=NAME:N` kills at the Nth passing of NAME in this process; `SLUICE_CRASH_GENERATION`
 * limits it to one generation, so that the next one lives. Without the variable a call costs one
 * comparison.
 */
export const CRASH_POINTS = [
  'instance-joined',
  'work-adopted',
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

const [wanted, nth] = (process.env.SLUICE_CRASH_AT ?? '').split(':');
let left = Number(nth ?? 1);

/** Dies here if a test asked for it. */
export function crashPoint(name: CrashPoint): void {
  if (wanted !== name) return;
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
}

/** Called once by a generation: points of another generation are switched off. */
export function limitCrashPoints(generation: number): void {
  const only = process.env.SLUICE_CRASH_GENERATION;
  if (only !== undefined && Number(only) !== generation) left = Number.POSITIVE_INFINITY;
}
