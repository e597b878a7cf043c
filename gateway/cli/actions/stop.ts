import { ConnectionLost, controlClient, NotRunning } from '../../control/client.ts';
import { RequestError } from '../../core/exit.ts';
import { duration, plural } from '../text/format.ts';
import { gatewayPids, signalGateway } from './signalGateway.ts';
import { waitFor } from './waitFor.ts';

/** How long a process that ignored the socket has after TERM before `--force` ends it by KILL. */
const TERM_GRACE_MS = 10_000;

/**
 * Stops the gateway of a home and waits until nobody answers there. Escalation: the socket; TERM where
 * the socket does not answer; with `force`, KILL for a process that ignores that as well.
 * Returns what to say.
 * @throws NotRunning; RequestError when it still runs after `timeoutMs`.
 */
export async function stop(
  home: string,
  wanted: { force: boolean; timeoutMs: number },
): Promise<string> {
  const begin = performance.now();
  try {
    await controlClient(home).stop({ by: 'cli', force: wanted.force });
  } catch (error) {
    if (!(error instanceof ConnectionLost || error instanceof NotRunning)) throw error;
    if (!signalGateway(home, 'SIGTERM')) throw error;
    return terminate(home, wanted);
  }
  let doing = 'stopping';
  const gone = await waitFor(
    () => `Stopping: ${doing}`,
    wanted.timeoutMs,
    async () => {
      try {
        const status = await controlClient(home, { timeoutMs: 2_000 }).status();
        doing = `${status.state}, ${plural(status.activeTurns, 'turn')} running`;
        return undefined;
      } catch (error) {
        if (error instanceof NotRunning) return true;
        if (error instanceof ConnectionLost) return undefined;
        throw error;
      }
    },
  );
  if (gone) return `Stopped after ${duration(performance.now() - begin)}.`;
  throw new RequestError(
    `it still runs after ${duration(wanted.timeoutMs)} (${doing}); \`sluice stop --force\` cuts what is running`,
  );
}

/** The process did not answer: it has been sent TERM, and is waited for by its id. */
async function terminate(
  home: string,
  wanted: { force: boolean; timeoutMs: number },
): Promise<string> {
  const patience = wanted.force ? Math.min(TERM_GRACE_MS, wanted.timeoutMs) : wanted.timeoutMs;
  const isGone = async () => (gatewayPids(home).length === 0 ? true : undefined);
  if (await waitFor(() => 'It did not answer; waiting after TERM', patience, isGone)) {
    return 'It did not answer on its socket; stopped by TERM.';
  }
  if (wanted.force && signalGateway(home, 'SIGKILL')) {
    return 'It answered neither on its socket nor to TERM; ended by KILL. What was committed is kept.';
  }
  throw new RequestError(
    'it answers neither on its socket nor to TERM; `sluice stop --force` ends it',
  );
}
