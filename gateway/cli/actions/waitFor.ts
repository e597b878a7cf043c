import { ConnectionLost, type ControlClient, NotRunning } from '../../control/client.ts';
import type { Status } from '../../core/status.ts';
import { duration } from '../text/format.ts';

const EVERY_MS = 150;

/** The status, or undefined while nobody answers. Other errors are thrown. */
export async function statusOrNone(client: ControlClient): Promise<Status | undefined> {
  try {
    return await client.status();
  } catch (error) {
    if (error instanceof NotRunning || error instanceof ConnectionLost) return undefined;
    throw error;
  }
}

/**
 * Asks again until `probe` returns something, or undefined once `ms` have passed.
 * On a terminal one line says what is waited for and since when.
 */
export async function waitFor<T>(
  what: () => string,
  ms: number,
  probe: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const tty = process.stderr.isTTY === true;
  const begin = performance.now();
  try {
    for (;;) {
      const found = await probe();
      if (found !== undefined) return found;
      const elapsed = performance.now() - begin;
      if (elapsed > ms) return undefined;
      if (tty) process.stderr.write(`\r\x1b[K${what()} (${duration(elapsed)})`);
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  } finally {
    if (tty) process.stderr.write('\r\x1b[K');
  }
}
