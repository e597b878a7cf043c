import type { Outcome } from '../core/message.ts';
import type { TurnEnd } from '../core/turn.ts';
import type { CutReason, RunEnd } from './activeTurn.ts';

/** What a finished run means for the turn, its messages and the person. */
export interface TurnResult {
  readonly end: TurnEnd;
  /** Absent iff suspended. */
  readonly outcome?: Outcome;
  /** What the person gets. Empty: nothing is sent. */
  readonly reply: string;
  /** What the transcript keeps as the assistant's line. */
  readonly said: string;
  readonly error?: string;
}

const CUT_ERRORS: Partial<Record<CutReason, string>> = {
  timeout: 'It took longer than allowed (agent.turn_timeout) and was ended.',
  silent: 'The agent gave no sign of life for too long (agent.progress_timeout) and was ended.',
  loop: 'The agent repeated the same failing step again and again and was ended.',
  'too-long': 'The answer grew past its limit (agent.max_output) and was cut there.',
};

/**
 * Judges a finished run. A run that was cut is judged by why, not by what the agent made of it; an
 * empty answer is a failure, because a person who asked must not be left with nothing.
 */
export function turnResultOf({ result, cut }: RunEnd): TurnResult {
  const partial = result.text.trim();
  if (cut === 'restart' || cut === 'stale') return { end: 'suspended', reply: '', said: '' };
  if (cut === 'stop' || cut === 'interrupt') {
    const said = partial === '' ? '' : `${partial}\n\n(stopped here)`;
    return { end: 'cancelled', outcome: 'cancelled', reply: said, said };
  }
  if (cut !== undefined) return failed(partial, CUT_ERRORS[cut] as string);
  if (result.end === 'failed') return failed(partial, result.error);
  if (result.end === 'cancelled') return failed(partial, 'The agent ended the answer by itself.');
  if (partial === '') return failed('', 'The agent gave an empty answer.');
  return { end: 'answered', outcome: 'answered', reply: result.text, said: result.text };
}

function failed(partial: string, error: string): TurnResult {
  const sorry = `Sorry, this went wrong: ${error} Send /retry to try again.`;
  const said = partial === '' ? sorry : `${partial}\n\n${sorry}`;
  return { end: 'failed', outcome: 'dead', reply: said, said, error };
}
