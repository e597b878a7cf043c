import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/**
 * Awaits one step of a shutdown for at most `ms`. A step that fails or hangs is logged and left
 * behind: no adapter can keep the process from leaving.
 * @returns whether the step ended well.
 */
export async function bounded(
  what: string,
  ms: number,
  step: Promise<unknown>,
  { clock, log }: { clock: Clock; log: Log },
): Promise<boolean> {
  let cancel: (() => void) | undefined;
  const late = new Promise<'late'>((resolve) => {
    const timer = clock.after(ms, () => resolve('late'));
    cancel = () => timer.cancel();
  });
  try {
    const end = await Promise.race([step.then(() => 'done' as const), late]);
    if (end === 'late') log.warn({ what, ms }, `${what} did not end in time; going on without it`);
    return end === 'done';
  } catch (error) {
    log.warn({ err: error, what }, `${what} failed; going on`);
    return false;
  } finally {
    cancel?.();
  }
}
