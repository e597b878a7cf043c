import type { Connection } from '../connection.ts';

export interface LaneRow {
  key: string;
  session: string;
  fence: number;
  /** The running turn; null iff the lane is free. */
  turn: string | null;
  waiting: number;
  head: number | null;
}

export function laneOf(c: Connection, key: string): LaneRow | undefined {
  return c.get<LaneRow>('SELECT * FROM lanes WHERE key = ?', key);
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
