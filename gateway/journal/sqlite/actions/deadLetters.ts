import type { DeadLetter } from '../../journal.ts';
import { addressOf } from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { addEvent, addEventById } from './events.ts';
import { enqueue } from './lanes.ts';

interface Row {
  id: string;
  what: DeadLetter['what'];
  platform: string;
  account: string;
  chat: string;
  thread: string | null;
  lane: string;
  text: string;
  reason: string | null;
  at: number;
}

const MESSAGES = `SELECT id, 'message' AS what, platform, account, chat, thread, lane, text,
  error AS reason, ifnull(done_at, 0) AS at FROM messages WHERE outcome = 'dead' AND dropped = 0`;
const OUTBOX = `SELECT id, 'outbound' AS what, platform, account, chat, thread, lane, text,
  error AS reason, ifnull(settled_at, 0) AS at FROM outbox WHERE state = 'failed' AND dropped = 0`;

function letterOf(row: Row): DeadLetter {
  const { id, what, lane, text, at } = row;
  return { id, what, address: addressOf(row), lane, text, reason: row.reason ?? 'unknown', at };
}

/** Newest first. */
export function deadLetters(c: Connection, limit: number): DeadLetter[] {
  return c
    .all<Row>(`${MESSAGES} UNION ALL ${OUTBOX} ORDER BY at DESC, id LIMIT ?`, limit)
    .map(letterOf);
}

export function deadLetter(c: Connection, id: string): DeadLetter | undefined {
  const row = c.get<Row>(`${MESSAGES} AND id = ?`, id) ?? c.get<Row>(`${OUTBOX} AND id = ?`, id);
  return row && letterOf(row);
}

/** A message takes its old place in its lane again, with those that were merged into its turn. */
export function retryDead(c: Connection, id: string, now: number): boolean {
  const dead = c.get<{ seq: number; lane: string; turn: string | null }>(
    "SELECT seq, lane, turn FROM messages WHERE id = ? AND outcome = 'dead' AND dropped = 0",
    id,
  );
  if (dead === undefined) return retryRow(c, id, now);
  const seqs = c
    .all<{ seq: number }>(
      `SELECT m.seq FROM turns t, json_each(t.messages) j CROSS JOIN messages m ON m.seq = j.value
       WHERE t.id = ? AND m.outcome = 'merged' ORDER BY m.seq`,
      dead.turn,
    )
    .map(({ seq }) => seq);
  for (const seq of [dead.seq, ...seqs]) {
    c.run(
      `UPDATE messages SET state = 'queued', outcome = NULL, turn = NULL, error = NULL, done_at = NULL,
         session = (SELECT session FROM lanes WHERE key = lane) WHERE seq = ?`,
      seq,
    );
    addEvent(c, seq, 'retried', now);
  }
  enqueue(c, dead.lane, dead.seq, 1 + seqs.length);
  return true;
}

/** It gets its whole time to live again, and a person has decided that it may be sent. */
function retryRow(c: Connection, id: string, now: number): boolean {
  const row = c.get<{ message: string | null }>(
    `UPDATE outbox SET state = 'prepared', open = 1, ambiguous = 0, attempts = 0, error = NULL,
       due_at = 0, expires_at = ?1 + (expires_at - created_at), settled_at = NULL, holder = NULL
     WHERE id = ?2 AND state = 'failed' AND dropped = 0 RETURNING message`,
    now,
    id,
  );
  if (row === undefined) return false;
  if (row.message !== null) addEventById(c, row.message, 'retried', now);
  return true;
}

export function dropDead(c: Connection, id: string, now: number): boolean {
  void now;
  const message =
    "UPDATE messages SET dropped = 1 WHERE id = ? AND outcome = 'dead' AND dropped = 0";
  const row = "UPDATE outbox SET dropped = 1 WHERE id = ? AND state = 'failed' AND dropped = 0";
  return c.run(message, id) > 0 || c.run(row, id) > 0;
}
