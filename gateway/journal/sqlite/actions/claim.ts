import { BURST_LIMIT, burstLength, isBurstItem, readyAt } from '../../../core/burst.ts';
import type { JsonValue, StoredMessage } from '../../../core/message.ts';
import type { ClaimedTurn } from '../../../core/turn.ts';
import type { Claim, ClaimResult } from '../../journal.ts';
import { unjson } from '../../json.ts';
import {
  type MessageColumns,
  messageOf,
  type StepColumns,
  stepOf,
  type TurnColumns,
} from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { newId } from '../ids.ts';
import { addEvent } from './events.ts';
import { isElsewhere, type LaneRow, laneOf } from './lanes.ts';

/**
 * The claim, if its holder still stands. An instance that was declared dead while it slept must not
 * take up again what was just taken from it: it has not joined any more.
 */
export function standing(c: Connection, how: Claim | undefined): Claim | undefined {
  if (how === undefined) return undefined;
  return c.get('SELECT 1 FROM instances WHERE id = ?', how.holder) === undefined ? undefined : how;
}

/** Starts the next turn of one lane. The lane and its head are read by two statements, in that order. */
export function claim(c: Connection, lane: string, how: Claim): ClaimResult {
  const row = laneOf(c, lane);
  return row === undefined || standing(c, how) === undefined ? {} : claimLane(c, row, how);
}

export function claimAny(c: Connection, how: Claim, limit: number): ClaimedTurn[] {
  const turns: ClaimedTurn[] = [];
  if (standing(c, how) === undefined) return turns;
  let after = -1;
  while (turns.length < limit) {
    const row = c.get<LaneRow>(
      'SELECT * FROM lanes WHERE turn IS NULL AND head IS NOT NULL AND head > ? ORDER BY head LIMIT 1',
      after,
    );
    if (row?.head == null) break;
    after = row.head;
    const { turn } = claimLane(c, row, how);
    if (turn !== undefined) turns.push(turn);
  }
  return turns;
}

export function claimLane(c: Connection, lane: LaneRow, how: Claim): ClaimResult {
  if (lane.turn !== null || lane.head === null || isElsewhere(c, lane, how)) return {};
  const head = c.get<MessageColumns>('SELECT * FROM messages WHERE seq = ?', lane.head);
  if (head === undefined) return {};
  const suspended = head.turn === null ? undefined : turnOf(c, head.turn);
  if (suspended !== undefined) return { turn: takeUp(c, lane, suspended, how) };

  let messages = [messageOf(head)];
  if (isBurstItem(messages[0] as StoredMessage)) {
    messages = c
      .all<MessageColumns>(
        `SELECT * FROM messages WHERE lane = ? AND state = 'queued' AND turn IS NULL
         ORDER BY seq LIMIT ?`,
        lane.key,
        BURST_LIMIT + 1,
      )
      .map(messageOf);
    const ready = readyAt(messages, how.burstWindowMs);
    // Much further off than the window: the clock was set back, and a burst must not wait for that.
    // Slightly more than the window is normal: the claim's clock is read before the message's.
    const left = ready - how.now;
    if (left > 0 && left <= 2 * how.burstWindowMs) return { readyAt: ready };
    messages = messages.slice(0, Math.min(burstLength(messages, how.burstWindowMs), BURST_LIMIT));
  }
  return { turn: start(c, lane, messages, how) };
}

/** Starts a new turn of messages that are the head of their lane's queue. */
function start(
  c: Connection,
  lane: LaneRow,
  messages: readonly StoredMessage[],
  how: Claim,
): ClaimedTurn {
  const id = newId('t', how.now);
  for (const { seq } of messages) {
    c.run("UPDATE messages SET state = 'running', turn = ? WHERE seq = ?", id, seq);
  }
  takeLane(c, lane, id, messages.length);
  const begun = messages.map((message) => ({ ...message, state: 'running' as const }));
  return writeTurn(c, lane, id, begun, how);
}

/** Writes the row of a new turn. The lane and its messages are marked by the caller. */
export function writeTurn(
  c: Connection,
  lane: Pick<LaneRow, 'key' | 'fence'>,
  id: string,
  messages: readonly StoredMessage[],
  how: Claim,
): ClaimedTurn {
  const first = messages[0] as StoredMessage;
  const fence = lane.fence + 1;
  c.run(
    `INSERT INTO turns (id, lane, session, fence, holder, state, attempt, messages, first, started_at)
     VALUES (?, ?, ?, ?, ?, 'running', 1, ?, ?, ?)`,
    id,
    lane.key,
    first.session,
    fence,
    how.holder,
    JSON.stringify(messages.map((m) => m.seq)),
    first.id,
    how.now,
  );
  const row = { id, lane: lane.key, session: first.session, fence, attempt: 1 };
  return claimed(c, row, messages, how);
}

/** Takes up a turn that a restart or a crash cut off: the same messages, one attempt more. */
function takeUp(c: Connection, lane: LaneRow, turn: TurnColumns, how: Claim): ClaimedTurn {
  const again = { ...turn, fence: lane.fence + 1, attempt: turn.attempt + 1 };
  const back = c.run(
    "UPDATE messages SET state = 'running' WHERE lane = ? AND state = 'queued' AND turn = ?",
    lane.key,
    turn.id,
  );
  takeLane(c, lane, turn.id, back);
  c.run(
    `UPDATE turns SET state = 'running', fence = ?, attempt = ?, holder = ?, started_at = ?,
       ended_at = NULL, error = NULL WHERE id = ?`,
    again.fence,
    again.attempt,
    how.holder,
    how.now,
    turn.id,
  );
  return claimed(c, again, messagesOf(c, turn), how);
}

/** What a turn is about: its own messages, and what was steered into it before it was cut off. */
function messagesOf(c: Connection, turn: TurnColumns): StoredMessage[] {
  return c
    .all<MessageColumns>(
      `SELECT m.* FROM json_each(?) j CROSS JOIN messages m ON m.seq = j.value
       WHERE m.state = 'running' OR m.outcome = 'steered' ORDER BY m.seq`,
      turn.messages,
    )
    .map(messageOf);
}

function takeLane(c: Connection, lane: LaneRow, turn: string, count: number): void {
  const left = lane.waiting - count;
  c.run(
    'UPDATE lanes SET turn = ?, fence = fence + 1, waiting = ?, head = ? WHERE key = ?',
    turn,
    left,
    left <= 0 ? null : nextHead(c, lane.key),
    lane.key,
  );
}

function nextHead(c: Connection, lane: string): number | null {
  return (
    c.get<{ seq: number | null }>(
      "SELECT min(seq) AS seq FROM messages WHERE lane = ? AND state = 'queued'",
      lane,
    )?.seq ?? null
  );
}

function turnOf(c: Connection, id: string): TurnColumns | undefined {
  return c.get<TurnColumns>('SELECT * FROM turns WHERE id = ?', id);
}

function claimed(
  c: Connection,
  turn: Pick<TurnColumns, 'id' | 'lane' | 'session' | 'fence' | 'attempt'>,
  messages: readonly StoredMessage[],
  how: Claim,
): ClaimedTurn {
  for (const message of messages) {
    if (message.state !== 'running') continue;
    addEvent(c, message.seq, 'started', how.now, {
      turn: turn.id,
      attempt: turn.attempt,
      instance: how.holder,
    });
  }
  const session = c.get<{ agent: string | null; model: string | null; agent_state: string | null }>(
    'SELECT agent, model, agent_state FROM sessions WHERE id = ?',
    turn.session,
  );
  const machine = c.get<LaneRow>('SELECT machine FROM lanes WHERE key = ?', turn.lane)?.machine;
  const first = messages[0] as StoredMessage;
  const agentState = unjson<JsonValue>(session?.agent_state ?? null);
  const model = first.model ?? session?.model ?? undefined;
  const agent = session?.agent ?? undefined;
  return {
    turn: turn.id,
    lane: turn.lane,
    fence: turn.fence,
    session: turn.session,
    attempt: turn.attempt,
    messages,
    opens: c.get('SELECT 1 FROM transcript WHERE session = ? LIMIT 1', turn.session) === undefined,
    steps:
      turn.attempt === 1
        ? []
        : c
            .all<StepColumns>('SELECT * FROM steps WHERE turn = ? ORDER BY seq', turn.id)
            .map(stepOf),
    ...(agentState !== undefined && { agentState }),
    ...(machine != null && { machine }),
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
    startedAt: how.now,
  };
}
