import type { SendRow } from '../../journal.ts';
import type { OutboundColumns } from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { addEventById } from './events.ts';

/**
 * Writes how sends ended. What is known for certain wins: `sent` is taken from whoever says so, `failed`
 * for any row that is still open, and the two that only put a row back, while it is being sent.
 */
export function settleOutbox(c: Connection, results: readonly SendRow[], now: number): void {
  for (const result of results) {
    const row = c.get<OutboundColumns>('SELECT * FROM outbox WHERE id = ?', result.id);
    if (row === undefined || row.state === 'sent') continue;
    const open = row.state === 'sending' || row.state === 'prepared' || row.state === 'ambiguous';
    if (result.state === 'sent') sent(c, row, result.platformId, now);
    else if (result.state === 'failed' && open) failed(c, row, result.error, now);
    else if (result.state !== 'failed' && row.state === 'sending') back(c, row, result, now);
  }
}

function sent(c: Connection, row: OutboundColumns, platformId: string | undefined, now: number) {
  c.run(
    `UPDATE outbox SET state = 'sent', open = 0, settled_at = ?, error = NULL,
       platform_id = ifnull(?, platform_id) WHERE seq = ?`,
    now,
    platformId,
    row.seq,
  );
  if (row.message !== null && isWhole(c, row)) {
    addEventById(c, row.message, 'sent', now, { kind: row.kind });
  }
}

/** True when no other chunk of the same reply is left to send. */
function isWhole(c: Connection, row: OutboundColumns): boolean {
  if (row.chunks === 1) return true;
  const sql = `SELECT 1 FROM outbox WHERE message = ? AND kind = ? AND turn IS ? AND state <> 'sent' LIMIT 1`;
  return c.get(sql, row.message, row.kind, row.turn) === undefined;
}

function failed(c: Connection, row: OutboundColumns, error: string, now: number): void {
  c.run(
    "UPDATE outbox SET state = 'failed', open = 0, settled_at = ?, error = ? WHERE seq = ?",
    now,
    error,
    row.seq,
  );
  if (row.message !== null) addEventById(c, row.message, 'send-failed', now, { error });
}

function back(
  c: Connection,
  row: OutboundColumns,
  result: Extract<SendRow, { retryAt: number }>,
  now: number,
): void {
  const ambiguous = result.state === 'ambiguous';
  c.run(
    `UPDATE outbox SET state = ?, ambiguous = max(ambiguous, ?), due_at = ?, error = ?, holder = NULL
     WHERE seq = ?`,
    result.state,
    ambiguous,
    result.retryAt,
    result.error,
    row.seq,
  );
  if (ambiguous && row.message !== null) {
    addEventById(c, row.message, 'send-ambiguous', now, { error: result.error });
  }
}
