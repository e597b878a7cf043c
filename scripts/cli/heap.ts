import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the space of young objects at its first size. A history is a stream of short-lived
 * strings, for which V8 would let that space grow to a hundred megabytes, without being faster.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
