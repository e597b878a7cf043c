import { effectiveState, type Order } from '../../../core/order.ts';
import type { Journal } from '../../journal.ts';
import type { Connection } from '../connection.ts';

interface Row {
  body: string;
}

function parse(row: Row): Order {
  return JSON.parse(row.body) as Order;
}

function save(c: Connection, order: Order): void {
  const sql = 'UPDATE orders SET state = ?, body = ? WHERE id = ?';
  c.run(sql, order.state, JSON.stringify(order), order.id);
}

/** An open order past its deadline is closed as `timed-out` here: it must not stand in a new one's way. */
export function order(c: Connection, wanted: Order): { order: Order; created: boolean } {
  const open = c.get<Row>("SELECT body FROM orders WHERE kind = ? AND state = 'open'", wanted.kind);
  if (open !== undefined) {
    const current = parse(open);
    if (effectiveState(current, wanted.createdAt) === 'open') {
      return { order: current, created: false };
    }
    save(c, { ...current, state: 'timed-out', endedAt: wanted.createdAt });
  }
  c.run(
    'INSERT INTO orders (id, kind, state, body) VALUES (?, ?, ?, ?)',
    wanted.id,
    wanted.kind,
    wanted.state,
    JSON.stringify(wanted),
  );
  return { order: wanted, created: true };
}

/** An order that has ended stays as it ended. `undefined`: there is no such order. */
export function updateOrder(
  c: Connection,
  id: string,
  patch: Parameters<Journal['updateOrder']>[1],
): Order | undefined {
  const row = c.get<Row>('SELECT body FROM orders WHERE id = ?', id);
  if (row === undefined) return undefined;
  const current = parse(row);
  if (current.state !== 'open') return current;
  const next = { ...current, ...patch };
  save(c, next);
  return next;
}

/** Newest first. */
export function orders(c: Connection, filter: Parameters<Journal['orders']>[0]): Order[] {
  return c
    .all<Row>(
      'SELECT body FROM orders WHERE (?1 IS NULL OR state = ?1) ORDER BY seq DESC LIMIT ?2',
      filter.state,
      filter.limit,
    )
    .map(parse);
}
