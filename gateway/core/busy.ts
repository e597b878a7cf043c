import type { BusyMode } from './message.ts';

/** The turn that keeps a lane busy, as far as the decision needs it. */
export interface RunningTurn {
  /** The instance that runs it is draining (it may be another process than the one deciding). */
  readonly draining: boolean;
  /** Its agent takes text into a running turn. */
  readonly steerable: boolean;
  /** It has been told to end already. */
  readonly ending: boolean;
}

/**
 * What is done with a message that meets a busy lane. The message is in the journal's queue in every
 * case; the action comes on top, so an action that fails leaves the message as the next turn.
 * `notice` is what the person is told, if anything.
 */
export interface BusyDecision {
  readonly action: 'none' | 'interrupt' | 'steer';
  readonly notice?: 'queued-behind-drain' | 'cannot-steer';
}

/**
 * The busy-input rule.
 *
 * A follow-up never touches a turn of a draining instance: `interrupt` and `steer` act as `queue`, and
 * the person is told once. A drain is our business; cutting a person's answer short for it would make
 * the restart visible. Only `/stop` and a forced restart cut such a turn.
 */
export function decideBusy(mode: BusyMode, running: RunningTurn): BusyDecision {
  if (mode === 'queue' || running.ending) return { action: 'none' };
  if (running.draining) return { action: 'none', notice: 'queued-behind-drain' };
  if (mode === 'interrupt') return { action: 'interrupt' };
  return running.steerable ? { action: 'steer' } : { action: 'none', notice: 'cannot-steer' };
}
