import type { Claim } from '../../journal.ts';
import type { Connection } from '../connection.ts';

export interface LaneRow {
  key: string;
  session: string;
  fence: number;
  /** The running turn; null iff the lane is free. */
  turn: string | null;
  waiting: number;
  head: number | null;
  /** The machine that has what its agent keeps. */
  machine: string | null;
}

export function laneOf(c: Connection, key: string): LaneRow | undefined {
  return c.get<LaneRow>('SELECT * FROM lanes WHERE key = ?', key);
}

/** Its agent keeps something on another machine, which lives and goes on taking turns. */
export function isElsewhere(c: Connection, { machine }: LaneRow, { holder, now }: Claim): boolean {
  if (machine === null) return false;
  const row = c.get<{ here: number; there: number }>(
    `SELECT EXISTS (SELECT 1 FROM instances WHERE id = ?1 AND machine = ?2) AS here,
       EXISTS (SELECT 1 FROM instances WHERE machine = ?2 AND draining = 0 AND until >= ?3) AS there`,
    holder,
    machine,
    now,
  );
  return row?.here === 0 && row.there === 1;
}

/** Puts `count` messages back into a lane's queue, the first of them at `seq`. */
export function enqueue(c: Connection, lane: string, seq: number, count: number): void {
  c.run(
    'UPDATE lanes SET waiting = waiting + ?, head = min(ifnull(head, ?), ?) WHERE key = ?',
    count,
    seq,
    seq,
    lane,
  );
}

/** Takes `count` messages out of a lane's queue; their rows are no longer `queued` by now. */
export function dequeue(c: Connection, lane: string, count: number): void {
  c.run(
    `UPDATE lanes SET waiting = waiting - ?, head =
       (SELECT min(seq) FROM messages WHERE lane = lanes.key AND state = 'queued') WHERE key = ?`,
    count,
    lane,
  );
}
