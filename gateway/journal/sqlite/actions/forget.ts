import type { ForgetOptions, Forgotten } from '../../journal.ts';
import type { Connection } from '../connection.ts';

interface Row {
  seq: number;
  id: string;
  session: string;
  turn: string | null;
  received_at: number;
  /** 1 iff nothing of it is open and no dead letter needs it. */
  over: number;
}

/**
 * `over`: the message is done since before ?3, it is no dead letter, its turn's first message is none
 * either (a retry takes the others up with it), and no reply to it is open or to be decided on.
 */
const WINDOW = `SELECT seq, id, session, turn, received_at,
  state = 'done' AND ifnull(done_at, received_at) < ?3 AND NOT (outcome = 'dead' AND dropped = 0)
  AND NOT EXISTS (SELECT 1 FROM turns t JOIN messages d ON d.id = t.first
    WHERE t.id = m.turn AND (d.state <> 'done' OR (d.outcome = 'dead' AND d.dropped = 0)))
  AND NOT EXISTS (SELECT 1 FROM outbox o
    WHERE o.message = m.id AND (o.open = 1 OR (o.state = 'failed' AND o.dropped = 0))) AS over
  FROM messages m WHERE seq > ?1 ORDER BY seq LIMIT ?2`;

/** Messages are looked at in the order in which they came; the first that is too young ends it. */
export function forget(c: Connection, options: ForgetOptions): Forgotten {
  const { before, after = 0, limit } = options;
  const rows = c.all<Row>(WINDOW, after, limit, before);
  const young = rows.findIndex((row) => row.received_at >= before);
  const old = young < 0 ? rows : rows.slice(0, young);
  const over = old.filter((row) => row.over === 1);
  for (const row of over) forgetOne(c, row);
  const notices = forgetNotices(c, before, limit);
  const more = (young < 0 && rows.length === limit) || notices === limit;
  const last = old.at(-1)?.seq ?? after;
  return { messages: over.length, bytes: bytesOf(c), ...(more ? { next: last } : {}) };
}

function forgetOne(c: Connection, { seq, id, session, turn }: Row): void {
  c.run('DELETE FROM events WHERE message = ?', seq);
  c.run('DELETE FROM outbox WHERE message = ?', id);
  if (turn !== null) {
    // With the first message of a turn the turn itself goes.
    const gone = c.run('DELETE FROM turns WHERE id = ? AND first = ?', turn, id);
    if (gone > 0) c.run('DELETE FROM steps WHERE turn = ?', turn);
  }
  c.run('DELETE FROM messages WHERE seq = ?', seq);
  // A stateless request had a lane and a session to itself.
  const alone = c.get('SELECT 1 FROM sessions WHERE id = ? AND stateless = 1', session);
  if (alone === undefined) return;
  const gone = c.run(
    'DELETE FROM lanes WHERE session = ? AND turn IS NULL AND head IS NULL',
    session,
  );
  if (gone > 0) c.run('DELETE FROM sessions WHERE id = ?', session);
}

function forgetNotices(c: Connection, before: number, limit: number): number {
  return c.run(
    `DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox
       WHERE message IS NULL AND open = 0 AND settled_at < ? AND NOT (state = 'failed' AND dropped = 0)
       LIMIT ?)`,
    before,
    limit,
  );
}

function bytesOf(c: Connection): number {
  const pragma = (name: string): number =>
    Number(Object.values(c.get<Record<string, number>>(`PRAGMA ${name}`) ?? {})[0] ?? 0);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}
