import { RequestError } from '../../../core/exit.ts';
import type { Host } from '../../platform.ts';
import type { LiveTurns } from '../liveTurns.ts';

/** Ends a message that nobody waits for, wherever it is: in the queue, or in a turn. */
export async function stopMessage(
  deps: { readonly host: Host; readonly live: LiveTurns },
  message: string,
  by: string,
): Promise<void> {
  const { operations, log } = deps.host;
  try {
    const turn =
      deps.live.of(message)?.turn ??
      (await operations.status()).turns.find((t) => t.message === message)?.turn;
    if (turn !== undefined) await operations.stopTurn(turn, by);
    else await removeOrStop(deps, message, by);
  } catch (error) {
    // It had ended by itself meanwhile.
    if (error instanceof RequestError) return;
    log.warn({ message, error: String(error) }, 'could not give up a message nobody waits for');
  }
}

async function removeOrStop(
  deps: { readonly host: Host; readonly live: LiveTurns },
  message: string,
  by: string,
): Promise<void> {
  const { operations } = deps.host;
  try {
    await operations.removeQueued(message, by);
  } catch (error) {
    // It may have started between the two looks.
    const turn = deps.live.of(message)?.turn;
    if (turn === undefined) throw error;
    await operations.stopTurn(turn, by);
  }
}
