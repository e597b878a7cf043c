import { BURST_LIMIT, burstLength, readyAt } from '../../core/burst.ts';
import type { JsonValue } from '../../core/message.ts';
import type { ClaimedTurn } from '../../core/turn.ts';
import type { Claim, ClaimResult } from '../journal.ts';
import { unjson } from '../json.ts';
import {
  type MessageColumns,
  messageOf,
  type StepColumns,
  stepOf,
  type TurnColumns,
} from '../rows.ts';

/** A turn as the database hands it out. */
export interface TurnRows {
  readonly turn: TurnColumns;
  readonly messages: readonly MessageColumns[];
  readonly opens: boolean;
  readonly steps: readonly StepColumns[];
  readonly agent: string | null;
  readonly model: string | null;
  readonly agent_state: string | null;
  /** Absent where it started with its message: then there is none. */
  readonly machine?: string | null;
}

/** What a claim found: a turn; or messages at the head of a lane that may be one burst; or nothing. */
export type Claimed =
  | { readonly turn: TurnRows }
  | { readonly lane: string; readonly burst: readonly MessageColumns[] }
  | { readonly turn?: undefined; readonly burst?: undefined };

/** Asks again for the burst that was decided on, by the seqs of its messages. */
export type ClaimBurst = (lane: string, seqs: readonly number[]) => Promise<Claimed>;

/**
 * Decides about a burst by the one rule of core/burst.ts, and claims it. Messages only join a queue behind
 * what is there, so that what was decided on is still its head, or somebody else has taken it.
 */
export async function decided(found: Claimed, how: Claim, again: ClaimBurst): Promise<ClaimResult> {
  if ('turn' in found && found.turn !== undefined) return { turn: claimedOf(found.turn) };
  if (!('burst' in found) || found.burst === undefined) return {};
  const waiting = found.burst.map(messageOf);
  const ready = readyAt(waiting, how.burstWindowMs);
  const left = ready - how.now;
  // Much further off than the window: the clock was set back, and a burst must not wait for that.
  // Slightly more than the window is normal: the claim's clock is read before the message's.
  if (left > 0 && left <= 2 * how.burstWindowMs) return { readyAt: ready };
  const length = Math.min(burstLength(waiting, how.burstWindowMs), BURST_LIMIT);
  const seqs = waiting.slice(0, length).map((m) => m.seq);
  return decided(await again(found.lane, seqs), how, again);
}

function claimedOf(rows: TurnRows): ClaimedTurn {
  const { turn } = rows;
  const messages = rows.messages.map(messageOf);
  const first = messages[0];
  const agentState = unjson<JsonValue>(rows.agent_state);
  const model = first?.model ?? rows.model ?? undefined;
  return {
    turn: turn.id,
    lane: turn.lane,
    fence: turn.fence,
    session: turn.session,
    attempt: turn.attempt,
    messages,
    opens: rows.opens,
    steps: rows.steps.map(stepOf),
    ...(agentState === undefined ? {} : { agentState }),
    ...(rows.machine == null ? {} : { machine: rows.machine }),
    ...(rows.agent === null ? {} : { agent: rows.agent }),
    ...(model === undefined ? {} : { model }),
    startedAt: turn.started_at,
  };
}
