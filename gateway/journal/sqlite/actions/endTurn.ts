import type { TranscriptEntry } from '../../../core/message.ts';
import type { TurnRef, Usage } from '../../../core/turn.ts';
import type { EndReceipt, TurnResultRow } from '../../journal.ts';
import { json } from '../../json.ts';
import type { TurnColumns } from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { claimLane } from './claim.ts';
import { addEvent } from './events.ts';
import { enqueue, type LaneRow, laneOf } from './lanes.ts';
import { insertOutbox } from './outbox.ts';
import { heldTurn } from './turns.ts';

/**
 * Ends a turn. Its transcript lines, user and assistant, are written here and only here: a turn that was
 * cut off has left none, so taking it up repeats none.
 */
export function endTurn(c: Connection, ref: TurnRef, result: TurnResultRow): EndReceipt {
  const turn = heldTurn(c, ref);
  if (turn === undefined) return { accepted: false };
  const seqs = JSON.parse(turn.messages) as number[];
  c.run('UPDATE lanes SET turn = NULL WHERE key = ?', turn.lane);
  c.run(
    'UPDATE turns SET state = ?, ended_at = ?, error = ? WHERE id = ?',
    result.end,
    result.now,
    result.error,
    turn.id,
  );
  if (result.end === 'suspended') {
    requeue(c, turn, seqs, 'suspended', result.now);
  } else {
    finish(c, turn, seqs, result);
    addTranscript(c, turn, seqs, result.transcript, result.now);
    addUsage(c, turn.session, result.usage, result.now);
  }
  const outbox = insertOutbox(c, result.outbound, { ...result, turn: turn.id });
  if (result.claim === undefined) return { accepted: true, outbox };
  const { turn: next, readyAt } = claimLane(c, laneOf(c, turn.lane) as LaneRow, result.claim);
  return {
    accepted: true,
    outbox,
    ...(next !== undefined && { next }),
    ...(readyAt !== undefined && { readyAt }),
  };
}

/** Puts the messages of a turn that was cut off back to where they were in their lane's order. */
export function requeue(
  c: Connection,
  turn: Pick<TurnColumns, 'id' | 'lane'>,
  seqs: readonly number[],
  why: 'suspended' | 'adopted',
  now: number,
): void {
  let first: number | undefined;
  let count = 0;
  for (const seq of seqs) {
    const sql = "UPDATE messages SET state = 'queued' WHERE seq = ? AND state = 'running'";
    if (c.run(sql, seq) === 0) continue;
    first ??= seq;
    count++;
    addEvent(c, seq, why, now, { turn: turn.id });
  }
  if (first !== undefined) enqueue(c, turn.lane, first, count);
}

function finish(
  c: Connection,
  turn: TurnColumns,
  seqs: readonly number[],
  result: TurnResultRow,
): void {
  let outcome = result.outcome ?? (result.end === 'failed' ? 'dead' : result.end);
  for (const seq of seqs) {
    const changed = c.run(
      `UPDATE messages SET state = 'done', outcome = ?, done_at = ?, error = ?
       WHERE seq = ? AND state = 'running'`,
      outcome,
      result.now,
      result.error,
      seq,
    );
    if (changed === 0) continue;
    const { error, reasoning } = result;
    const detail = {
      turn: turn.id,
      ...(error !== undefined && { error }),
      ...(reasoning !== undefined && outcome !== 'merged' && { reasoning }),
    };
    addEvent(c, seq, outcome as 'answered', result.now, detail);
    outcome = 'merged';
  }
}

/** Each user line belongs to its own message where there is one line for each; all others to the first. */
function addTranscript(
  c: Connection,
  turn: TurnColumns,
  seqs: readonly number[],
  lines: readonly TranscriptEntry[],
  now: number,
): void {
  const matched = seqs.length > 1 && lines.filter((l) => l.role === 'user').length === seqs.length;
  let nth = 0;
  for (const line of lines) {
    const seq = matched && line.role === 'user' ? seqs[nth++] : undefined;
    const message = seq === undefined ? turn.first : idOf(c, seq);
    c.run(
      `INSERT INTO transcript (session, turn, message, role, text, attachments, at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      turn.session,
      turn.id,
      message,
      line.role,
      line.text,
      json(line.attachments),
      now,
    );
  }
}

function idOf(c: Connection, seq: number): string | undefined {
  return c.get<{ id: string }>('SELECT id FROM messages WHERE seq = ?', seq)?.id;
}

/** What an agent does not report stays absent; what it reports once is summed from then on. */
function addUsage(c: Connection, session: string, usage: Usage | undefined, now: number): void {
  c.run(
    `UPDATE sessions SET last_at = ?1,
       input_tokens = CASE WHEN ?2 IS NULL THEN input_tokens ELSE ifnull(input_tokens, 0) + ?2 END,
       output_tokens = CASE WHEN ?3 IS NULL THEN output_tokens ELSE ifnull(output_tokens, 0) + ?3 END,
       cost = CASE WHEN ?4 IS NULL THEN cost ELSE ifnull(cost, 0) + ?4 END WHERE id = ?5`,
    now,
    usage?.inputTokens,
    usage?.outputTokens,
    usage?.cost,
    session,
  );
}
