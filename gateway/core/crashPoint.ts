/**
 * The places where a test may kill a process. A name here is a promise: whatever dies at that place,
 * what was accepted is answered once and in order.
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

let reached: ((name: CrashPoint) => void) | undefined;

/** Marks a place in the code. Nothing happens unless a process was told otherwise; a call costs one comparison. */
export function crashPoint(name: CrashPoint): void {
  reached?.(name);
}

/** Has `listener` called at every crash point of this process from now on. */
export function onCrashPoint(listener: (name: CrashPoint) => void): void {
  reached = listener;
}
