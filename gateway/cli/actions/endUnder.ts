import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../../core/clock.ts';
import { ExitCode, SluiceError } from '../../core/exit.ts';
import type { Manager } from '../../supervisor/notify.ts';

/** systemd starts a failed gateway anew after a second, for ever: this keeps failures further apart. */
const FAILURE_PAUSE_MS = 4 * SECOND;

/**
 * Runs the gateway, and ends as the manager above understands it (R12).
 *
 * - systemd: 75 and 78 are said in the unit. A failure is held back for some seconds, so that a port in
 *   use or a locked home is not tried every second; a signal ends the wait.
 * - launchd knows only 0 and the rest, and starts the rest anew for ever: what cannot work as
 *   configured says so and ends with 0.
 * @throws what `run` throws, unless the manager makes something else of it.
 */
export async function endUnder(
  manager: Manager | undefined,
  run: () => Promise<ExitCode>,
  say: (message: string) => void,
  pauseMs = FAILURE_PAUSE_MS,
): Promise<ExitCode> {
  let code: ExitCode;
  let thrown: { readonly error: unknown } | undefined;
  try {
    code = await run();
  } catch (error) {
    thrown = { error };
    code = error instanceof SluiceError ? error.exitCode : ExitCode.FAILURE;
  }
  if (manager === 'launchd' && code === ExitCode.CONFIG) {
    if (thrown !== undefined) say((thrown.error as Error).message);
    say(
      'it cannot work as configured and is not started again by itself; mend it (`sluice config check`), then `sluice service start`',
    );
    return ExitCode.OK;
  }
  if (manager === 'systemd' && code === ExitCode.FAILURE) await pause(pauseMs);
  if (thrown !== undefined) throw thrown.error;
  return code;
}
