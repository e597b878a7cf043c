import { LONGEST_WAIT, type Outbound } from '../../../core/outbox.ts';
import type { Journal, NewOutbound, OutboxClaim } from '../../journal.ts';
import { json } from '../../json.ts';
import { type OutboundColumns, outboundOf } from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { addEventById } from './events.ts';

/**
 * Writes rows to be sent. With `sender`, the row that is the oldest unsent one of its lane is written as
 * `sending` for it and returned: its sender need not claim it. A row whose id exists is left alone.
 * A new row is due since ever, not since `now`: a clock that is set back must not hold it up.
 */
export function insertOutbox(
  c: Connection,
  rows: readonly NewOutbound[],
  { now, sender, turn }: { now: number; sender?: string; turn?: string },
): Outbound[] {
  const sending: Outbound[] = [];
  for (const row of rows) {
    const { platform, account, chat, thread } = row.address;
    const atOnce = sender !== undefined && !owes(c, row.lane);
    const written = c.get<OutboundColumns>(
      `INSERT INTO outbox (id, platform, account, chat, thread, lane, kind, chunk, chunks, message,
         turn, state, open, ambiguous, attempts, holder, due_at, created_at, expires_at, platform_id,
         context, text)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?, 0, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING RETURNING *`,
      row.id,
      platform,
      account,
      chat,
      thread,
      row.lane,
      row.kind,
      row.chunk,
      row.chunks,
      row.message,
      turn,
      atOnce ? 'sending' : 'prepared',
      atOnce ? 1 : 0,
      atOnce ? sender : undefined,
      now,
      row.expiresAt,
      row.platformId,
      json(row.context),
      row.text,
    );
    if (atOnce && written !== undefined) sending.push(outboundOf(written));
  }
  return sending;
}

export function owes(c: Connection, lane: string): boolean {
  return c.get('SELECT 1 FROM outbox WHERE lane = ? AND open = 1 LIMIT 1', lane) !== undefined;
}

export function prepare(c: Connection, rows: readonly NewOutbound[], now: number): void {
  insertOutbox(c, rows, { now });
}

/** Rows keep their order within a lane: none is handed out while an older one is not settled. */
export function claimOutbox(c: Connection, options: OutboxClaim): Outbound[] {
  const due = c.all<{ seq: number }>(
    `SELECT seq FROM outbox o
     WHERE platform = ? AND account = ? AND open = 1 AND state <> 'sending'
       AND (due_at <= ? OR due_at > ?) AND expires_at > ?
       AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.lane = o.lane AND p.open = 1 AND p.seq < o.seq)
     ORDER BY seq LIMIT ?`,
    options.platform,
    options.account,
    options.now,
    options.now + LONGEST_WAIT,
    options.now,
    options.limit,
  );
  return due.map(({ seq }) =>
    outboundOf(
      c.get<OutboundColumns>(
        `UPDATE outbox SET state = 'sending', holder = ?, attempts = attempts + 1
         WHERE seq = ? RETURNING *`,
        options.holder,
        seq,
      ) as OutboundColumns,
    ),
  );
}

export function placeholder(c: Connection, outbound: string, platformId: string): void {
  c.run('UPDATE outbox SET platform_id = ? WHERE id = ?', platformId, outbound);
}

export function expireOutbox(c: Connection, now: number): number {
  const rows = c.all<{ seq: number; message: string | null }>(
    `SELECT seq, message FROM outbox INDEXED BY outbox_account
     WHERE open = 1 AND state <> 'sending' AND expires_at <= ?`,
    now,
  );
  for (const { seq, message } of rows) {
    c.run("UPDATE outbox SET state = 'expired', open = 0, settled_at = ? WHERE seq = ?", now, seq);
    if (message !== null) addEventById(c, message, 'send-failed', now, { error: 'expired' });
  }
  return rows.length;
}

export function outbox(
  c: Connection,
  { message, state, limit }: Parameters<Journal['outbox']>[0],
): Outbound[] {
  return c
    .all<OutboundColumns>(
      message === undefined
        ? 'SELECT * FROM outbox WHERE ?1 IS NULL AND (?2 IS NULL OR state = ?2) ORDER BY seq LIMIT ?3'
        : 'SELECT * FROM outbox WHERE message = ?1 AND (?2 IS NULL OR state = ?2) ORDER BY seq LIMIT ?3',
      message,
      state,
      limit,
    )
    .map(outboundOf);
}
