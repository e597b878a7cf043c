import type { JsonValue } from '../../../core/message.ts';
import type { StepRecord, TurnRef } from '../../../core/turn.ts';
import type { RunningRow } from '../../journal.ts';
import { runningOf, type TurnColumns } from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { addEventById } from './events.ts';

type Row = TurnColumns & {
  draining: number | null;
  generation: number | null;
  machine: string | null;
};
const RUNNING = `SELECT t.*, i.draining, i.generation, i.machine FROM turns t LEFT JOIN instances i ON i.id = t.holder
  WHERE t.state = 'running'`;

export function running(c: Connection): RunningRow[] {
  return c.all<Row>(`${RUNNING} ORDER BY t.started_at, t.messages ->> 0`).map(runningOf);
}

export function runningTurn(c: Connection, id: string): RunningRow | undefined {
  const row = c.get<Row>(`${RUNNING} AND t.id = ?`, id);
  return row && runningOf(row);
}

/**
 * The turn that `ref` names, if it runs still and under this fence; otherwise whoever holds `ref` has
 * been overtaken and must not write.
 */
export function heldTurn(c: Connection, ref: TurnRef): TurnColumns | undefined {
  return c.get<TurnColumns>(
    "SELECT * FROM turns WHERE id = ? AND lane = ? AND fence = ? AND state = 'running'",
    ref.turn,
    ref.lane,
    ref.fence,
  );
}

export function step(c: Connection, ref: TurnRef, record: StepRecord): boolean {
  const turn = heldTurn(c, ref);
  if (turn === undefined) return false;
  c.run(
    `INSERT INTO steps (turn, attempt, id, name, args_hash, state, started_at, ended_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (turn, attempt, id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at`,
    ref.turn,
    record.attempt,
    record.id,
    record.name,
    record.argsHash,
    record.state,
    record.startedAt,
    record.endedAt,
  );
  addEventById(c, turn.first, 'step', record.endedAt ?? record.startedAt, {
    id: record.id,
    name: record.name,
    state: record.state,
    attempt: record.attempt,
  });
  return true;
}

/** Kept with the session: the next turn finds it too. */
export function saveAgentState(
  c: Connection,
  ref: TurnRef,
  state: JsonValue,
  machine?: string,
): boolean {
  const turn = heldTurn(c, ref);
  if (turn === undefined) return false;
  c.run('UPDATE sessions SET agent_state = ? WHERE id = ?', JSON.stringify(state), turn.session);
  const lane = 'UPDATE lanes SET machine = ? WHERE key = ? AND session = ?';
  c.run(lane, machine, turn.lane, turn.session);
  return true;
}
