import { RequestError } from '../../../core/exit.ts';
import type { Address, TranscriptEntry } from '../../../core/message.ts';
import type { Journal, SessionRow, TranscriptRow } from '../../journal.ts';
import { addressOf, type SessionColumns, sessionOf } from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { newId } from '../ids.ts';
import { laneOf } from './lanes.ts';

export function startSession(
  c: Connection,
  of: { lane: string; address: Address; stateless: boolean },
  now: number,
): string {
  const id = newId('s', now);
  const { platform, account, chat, thread } = of.address;
  c.run(
    `INSERT INTO sessions (id, lane, platform, account, chat, thread, stateless, created_at, last_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    of.lane,
    platform,
    account,
    chat,
    thread,
    of.stateless,
    now,
    now,
  );
  return id;
}

/** Newest first. Sessions of stateless requests are not listed: they hold nothing. */
export function sessions(
  c: Connection,
  { lane, search, limit }: Parameters<Journal['sessions']>[0],
): SessionRow[] {
  const pattern = search === undefined ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return c
    .all<SessionColumns>(
      `SELECT * FROM sessions WHERE stateless = 0 AND (?1 IS NULL OR lane = ?1)
         AND (?2 IS NULL OR title LIKE ?2 ESCAPE '\\' OR chat LIKE ?2 ESCAPE '\\'
           OR lane LIKE ?2 ESCAPE '\\' OR id LIKE ?2 ESCAPE '\\')
       ORDER BY last_at DESC, created_at DESC LIMIT ?3`,
      lane,
      pattern,
      limit,
    )
    .map(sessionOf);
}

export function session(c: Connection, id: string): SessionRow | undefined {
  const row = c.get<SessionColumns>('SELECT * FROM sessions WHERE id = ?', id);
  return row && sessionOf(row);
}

/**
 * Ends the lane's session and starts another. What waits moves to it; a running turn, and one that was
 * cut off and waits to be taken up, keep the session they began in.
 * @throws RequestError when nobody has written on this lane yet.
 */
export function newSession(c: Connection, lane: string, now: number): SessionRow {
  const row = laneOf(c, lane);
  const old = row && c.get<SessionColumns>('SELECT * FROM sessions WHERE id = ?', row.session);
  if (old === undefined) {
    throw new RequestError(`There is no conversation ${lane}. Write a message first.`);
  }
  const id = startSession(c, { lane, address: addressOf(old), stateless: false }, now);
  c.run('UPDATE sessions SET ended_at = ? WHERE id = ?', now, old.id);
  c.run('UPDATE lanes SET session = ?, machine = NULL WHERE key = ?', id, lane);
  const moved = c.run(
    "UPDATE messages SET session = ? WHERE lane = ? AND state = 'queued' AND turn IS NULL",
    id,
    lane,
  );
  if (moved > 0) {
    c.run('UPDATE sessions SET messages = messages - ? WHERE id = ?', moved, old.id);
    c.run('UPDATE sessions SET messages = messages + ? WHERE id = ?', moved, id);
  }
  return session(c, id) as SessionRow;
}

/** Another agent can't use what the one before it saved: its state is forgotten with the change. */
export function updateSession(
  c: Connection,
  id: string,
  { title, agent, model }: Parameters<Journal['updateSession']>[1],
): void {
  if (agent !== undefined) {
    c.run(
      `UPDATE lanes SET machine = NULL WHERE session = ?1
         AND (SELECT agent FROM sessions WHERE id = ?1) IS NOT ?2`,
      id,
      agent,
    );
  }
  c.run(
    `UPDATE sessions SET title = ifnull(?1, title),
       model = CASE WHEN ?3 IS NOT NULL AND ?3 IS NOT agent THEN nullif(?2, '')
         ELSE nullif(ifnull(?2, model), '') END,
       agent_state = CASE WHEN ?3 IS NOT NULL AND ?3 IS NOT agent THEN NULL ELSE agent_state END,
       agent = ifnull(?3, agent) WHERE id = ?4`,
    title,
    model,
    agent,
    id,
  );
}

/** The last `limit` lines before `before`, oldest first. */
export function transcript(
  c: Connection,
  id: string,
  { before, limit }: Parameters<Journal['transcript']>[1],
): TranscriptRow[] {
  return c
    .all<{
      seq: number;
      turn: string | null;
      message: string | null;
      role: TranscriptEntry['role'];
      text: string;
      attachments: string | null;
      at: number;
    }>(
      'SELECT * FROM transcript WHERE session = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
      id,
      before ?? Number.MAX_SAFE_INTEGER,
      limit,
    )
    .reverse()
    .map((row) => ({
      seq: row.seq,
      at: row.at,
      role: row.role,
      text: row.text,
      ...(row.attachments !== null && { attachments: JSON.parse(row.attachments) }),
      ...(row.message !== null && { message: row.message }),
      ...(row.turn !== null && { turn: row.turn }),
    }));
}
