import { lstat } from 'node:fs/promises';
import { acquireKernelLock } from '../supervisor/kernelLock.ts';

/** Whether another process holds a lock. The lock's file is not made for that. */
export async function isHeld(file: string): Promise<boolean> {
  if ((await lstat(file).catch(() => undefined)) === undefined) return false;
  try {
    const lock = acquireKernelLock(file);
    lock?.release();
    return lock === undefined;
  } catch {
    // It cannot be opened: what is wrong with its folder is said elsewhere.
    return false;
  }
}
