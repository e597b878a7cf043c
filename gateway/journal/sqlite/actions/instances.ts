import type { TurnRef } from '../../../core/turn.ts';
import type {
  Adoption,
  DeadInstances,
  InstanceRow,
  Journal,
  Peer,
  PeerRow,
} from '../../journal.ts';
import { json, unjson } from '../../json.ts';
import {
  type MessageColumns,
  messageOf,
  type OutboundColumns,
  outboundOf,
  type TurnColumns,
} from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { requeue } from './endTurn.ts';
import { addEventById } from './events.ts';

interface InstanceColumns {
  id: string;
  /** NULL: written by a version that did not know machines. */
  machine: string | null;
  generation: number;
  version: string;
  pid: number;
  started_at: number;
  until: number;
  draining: number;
  /** NULL: it is not heard directly. */
  peer: string | null;
}

export function join(c: Connection, row: InstanceRow & { readonly peer?: Peer | undefined }): void {
  c.run(
    `INSERT INTO instances (id, machine, generation, version, pid, started_at, until, draining, peer)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET until = excluded.until, draining = excluded.draining`,
    row.id,
    row.machine,
    row.generation,
    row.version,
    row.pid,
    row.startedAt,
    row.until,
    row.draining,
    json(row.peer),
  );
}

export function renew(
  c: Connection,
  id: string,
  { until, draining }: Parameters<Journal['renew']>[1],
): boolean {
  const sql = 'UPDATE instances SET until = ?, draining = ifnull(?, draining) WHERE id = ?';
  return c.run(sql, until, draining, id) > 0;
}

export function leave(c: Connection, id: string): void {
  c.run('DELETE FROM leases WHERE holder = ?', id);
  c.run('DELETE FROM directives WHERE instance = ?', id);
  c.run('DELETE FROM instances WHERE id = ?', id);
}

export function instances(c: Connection): InstanceRow[] {
  return c
    .all<InstanceColumns>('SELECT * FROM instances ORDER BY generation, started_at')
    .map(({ started_at, draining, machine, peer: _, ...row }) => ({
      ...row,
      machine: machine ?? '',
      startedAt: started_at,
      draining: draining === 1,
    }));
}

export function peers(c: Connection): PeerRow[] {
  return c
    .all<Pick<InstanceColumns, 'id' | 'machine' | 'peer'>>(
      'SELECT id, machine, peer FROM instances',
    )
    .map(({ id, machine, peer }) => {
      const known = unjson<Peer>(peer);
      return { instance: id, machine: machine ?? '', ...(known !== undefined && { peer: known }) };
    });
}

/**
 * An instance is void once its row is gone: `renew` says so, and every turn it ran has ended under it.
 * Whatever runs and belongs to no live instance is closed here too, whoever left it.
 */
export function adopt(c: Connection, dead: DeadInstances, now: number): Adoption {
  const all = c.all<Pick<InstanceColumns, 'id' | 'machine' | 'until'>>(
    'SELECT id, machine, until FROM instances',
  );
  const isDead = ({ id, machine, until }: (typeof all)[number]): boolean =>
    'allBut' in dead
      ? (machine ?? dead.machine) === dead.machine && !dead.allBut.includes(id)
      : until < now;
  const found = all.filter(isDead).map(({ id }) => id);
  for (const id of found) leave(c, id);
  const alive = all.filter((one) => !isDead(one)).map(({ id }) => id);
  const live = JSON.stringify([...alive, ...('allBut' in dead ? dead.allBut : [])]);
  return {
    instances: found,
    turns: suspendAll(c, live, now),
    ambiguous: doubtAll(c, live, now),
    commands: c
      .all<MessageColumns>(
        `SELECT * FROM messages WHERE at_once = 1 AND state = 'running'
           AND ifnull(holder, '') NOT IN (SELECT value FROM json_each(?)) ORDER BY seq`,
        live,
      )
      .map(messageOf),
  };
}

function suspendAll(c: Connection, live: string, now: number): TurnRef[] {
  const turns = c.all<TurnColumns>(
    `SELECT * FROM turns WHERE state = 'running'
       AND holder NOT IN (SELECT value FROM json_each(?)) ORDER BY started_at, id`,
    live,
  );
  for (const turn of turns) {
    c.run("UPDATE turns SET state = 'suspended', ended_at = ? WHERE id = ?", now, turn.id);
    c.run('UPDATE lanes SET turn = NULL WHERE key = ? AND turn = ?', turn.lane, turn.id);
    requeue(c, turn, JSON.parse(turn.messages) as number[], 'adopted', now);
  }
  return turns.map(({ id, lane, fence }) => ({ turn: id, lane, fence }));
}

function doubtAll(c: Connection, live: string, now: number) {
  const rows = c.all<OutboundColumns>(
    `UPDATE outbox SET state = 'ambiguous', ambiguous = 1, holder = NULL, due_at = 0
     WHERE open = 1 AND state = 'sending'
       AND ifnull(holder, '') NOT IN (SELECT value FROM json_each(?)) RETURNING *`,
    live,
  );
  rows.sort((a, b) => a.seq - b.seq);
  for (const { message } of rows) {
    if (message !== null) addEventById(c, message, 'send-ambiguous', now, { error: 'cut off' });
  }
  return rows.map(outboundOf);
}
