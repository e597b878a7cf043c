import { OUTCOMES, type Outcome, type StoredMessage } from '../../../core/message.ts';
import type { Outbound } from '../../../core/outbox.ts';
import type { Counts, Journal, SettleOptions } from '../../journal.ts';
import { type MessageColumns, messageOf } from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { addEvent } from './events.ts';
import { dequeue } from './lanes.ts';
import { insertOutbox } from './outbox.ts';

export function message(c: Connection, id: string): StoredMessage | undefined {
  const row = c.get<MessageColumns>('SELECT * FROM messages WHERE id = ?', id);
  return row && messageOf(row);
}

export function settle(
  c: Connection,
  id: string,
  outcome: Outcome,
  options: SettleOptions,
): boolean {
  const row = c.get<MessageColumns>('SELECT * FROM messages WHERE id = ?', id);
  if (row === undefined) return false;
  // A command that runs in a turn of its lane ends with its turn.
  const atOnce = row.state === 'running' && row.kind === 'command' && row.turn === null;
  if (row.state !== 'queued' && !(atOnce && options.evenRunning === true)) return false;
  const error = detailText(options.detail);
  c.run(
    "UPDATE messages SET state = 'done', outcome = ?, done_at = ?, error = ? WHERE seq = ?",
    outcome,
    options.now,
    error,
    row.seq,
  );
  if (row.state === 'queued') dequeue(c, row.lane, 1);
  if (outcome === 'steered' && options.turn !== undefined) steer(c, row.seq, options.turn);
  addEvent(c, row.seq, outcome, options.now, options.detail);
  insertOutbox(c, options.outbound, options);
  return true;
}

/** The turn remembers what was steered into it, so that taking it up again does not lose it. */
function steer(c: Connection, seq: number, turn: string): void {
  c.run('UPDATE messages SET turn = ? WHERE seq = ?', turn, seq);
  c.run("UPDATE turns SET messages = json_insert(messages, '$[#]', ?) WHERE id = ?", seq, turn);
}

function detailText(detail: SettleOptions['detail']): string | undefined {
  if (detail === undefined || detail === null) return undefined;
  return typeof detail === 'string' ? detail : JSON.stringify(detail);
}

/** The reply of a merged message is that of its turn. A message without a reply has the text ''. */
export function replyOf(c: Connection, id: string): { outcome: Outcome; text: string } | undefined {
  const row = c.get<{ outcome: Outcome; first: string | null; turn: string | null }>(
    `SELECT m.outcome, m.turn, t.first FROM messages m LEFT JOIN turns t ON t.id = m.turn
     WHERE m.id = ? AND m.state = 'done'`,
    id,
  );
  if (row === undefined) return undefined;
  const sent = c.all<{ kind: Outbound['kind']; turn: string | null; text: string }>(
    'SELECT kind, turn, text FROM outbox WHERE message = ? ORDER BY seq',
    row.outcome === 'merged' ? (row.first ?? id) : id,
  );
  const answers = sent.filter((s) => s.kind !== 'notice');
  const last = answers.at(-1);
  const reply = answers.filter((s) => s.turn === last?.turn);
  const rows = reply.length > 0 ? reply : sent;
  return { outcome: row.outcome, text: rows.map((s) => s.text).join('') };
}

export function queued(
  c: Connection,
  { lane, limit }: Parameters<Journal['queued']>[0],
): StoredMessage[] {
  const sql =
    lane === undefined
      ? "SELECT * FROM messages WHERE ?1 IS NULL AND state = 'queued' ORDER BY seq LIMIT ?2"
      : "SELECT * FROM messages WHERE lane = ?1 AND state = 'queued' ORDER BY seq LIMIT ?2";
  return c.all<MessageColumns>(sql, lane, limit).map(messageOf);
}

export function counts(c: Connection): Counts {
  const rows = c.all<{ name: string; n: number }>('SELECT name, n FROM counters');
  const n = new Map(rows.map((row) => [row.name, row.n]));
  const of = (name: string): number => n.get(name) ?? 0;
  const outcomes = {} as Record<Outcome, number>;
  for (const outcome of OUTCOMES) outcomes[outcome] = of(`message:${outcome}`);
  const done = Object.values(outcomes).reduce((sum, k) => sum + k, 0);
  return {
    accepted: of('accepted'),
    open: of('accepted') - done,
    outcomes,
    outbox: {
      prepared: of('outbox:prepared'),
      sending: of('outbox:sending'),
      sent: of('outbox:sent'),
      failed: of('outbox:failed'),
      ambiguous: of('outbox:ambiguous'),
      expired: of('outbox:expired'),
    },
  };
}
