import type { Agent } from '../agents/agent.ts';
import type { Settings } from '../core/settings.ts';
import type { ClaimedTurn } from '../core/turn.ts';
import type { Journal } from '../journal/journal.ts';
import { QuestionStore } from './questions/questionStore.ts';
import type { TurnResult } from './turnResult.ts';

export interface AttemptsDeps {
  readonly journal: Pick<Journal, 'cursor' | 'setCursor'>;
  readonly settings: Pick<Settings, 'maxAttempts' | 'onCrash'>;
}

/**
 * The end of a turn that was cut off too often (`agent.max_attempts`) to be run again, or whose agent cannot go on where it was
 * cut off (`agent.on_crash: tell`); undefined: it may run. A turn that crashes the gateway each time
 * must not do so for ever.
 */
export async function givenUp(
  turn: ClaimedTurn,
  agent: Agent,
  { journal, settings }: AttemptsDeps,
): Promise<TurnResult | undefined> {
  if (turn.attempt <= 1) return undefined;
  if (turn.attempt > settings.maxAttempts) {
    // A restart while it waited for a person is nobody's failure.
    const parked = (await new QuestionStore(journal).parking(turn.turn))?.times ?? 0;
    const cut = turn.attempt - 1 - parked;
    if (cut >= settings.maxAttempts) {
      return dead(turn, `I was cut off ${cut} times while answering this and have given up.`);
    }
  }
  if (settings.onCrash === 'tell' && !agent.capabilities.resume) {
    return dead(turn, 'I was cut off while answering this.');
  }
  return undefined;
}

function dead({ steps }: ClaimedTurn, error: string): TurnResult {
  const begun = steps.map((s) => `${s.name} (${s.state === 'started' ? 'may have run' : s.state})`);
  const ran = begun.length === 0 ? '' : ` These steps had begun: ${begun.join(', ')}.`;
  const said = `${error}${ran} Send /retry to try again.`;
  return { end: 'failed', outcome: 'dead', reply: said, said, error };
}
