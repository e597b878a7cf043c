import postgres from 'postgres';
import { nameOf } from './database.ts';
import { unavailable } from './errors.ts';
import { versionIn } from './schema.ts';

/** One instance of the fleet, as the journal knows it. */
export interface FleetInstance {
  readonly machine: string;
  readonly instance: string;
  readonly generation: number;
  readonly version: string;
  /** `silent`: its lease has lapsed, and nobody has taken its work over yet. */
  readonly state: 'serving' | 'draining' | 'silent';
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Milliseconds of its lease that are left, by the database's clock; below 0 it has lapsed. */
  readonly leaseLeft: number;
  /** Turns that it runs; each holds the lane of its conversation. */
  readonly turns: number;
  /** Platform accounts that it receives from or sends for, as `telegram/default`. */
  readonly accounts: readonly string[];
}

export interface Fleet {
  readonly journal: string;
  readonly instances: readonly FleetInstance[];
  /** Messages that wait for a turn, and the conversations that they are of. */
  readonly waiting: number;
  readonly waitingLanes: number;
}

interface Row {
  machine: string;
  id: string;
  generation: number;
  version: string;
  draining: boolean;
  started_at: string;
  left: string;
  turns: string;
  leases: string[] | null;
}

/** Everybody who shares a journal, asked of the journal itself. @throws JournalUnavailable */
export async function fleetOf(url: string, schema: string): Promise<Fleet> {
  const name = nameOf(url);
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    if ((await versionIn(sql, schema)) === 0) {
      return { journal: name, instances: [], waiting: 0, waitingLanes: 0 };
    }
    const rows = await sql.unsafe<Row[]>(`SELECT i.*, until - ${schema}.clock() AS left,
      (SELECT count(*) FROM ${schema}.turns t WHERE t.state = 'running' AND t.holder = i.id) AS turns,
      (SELECT array_agg(l.name ORDER BY l.name) FROM ${schema}.leases l WHERE l.holder = i.id) AS leases
      FROM ${schema}.instances i ORDER BY machine, generation, started_at`);
    const [queue] = await sql.unsafe<{ messages: string; lanes: string }[]>(
      `SELECT coalesce(sum(waiting), 0) AS messages, count(*) AS lanes FROM ${schema}.lanes WHERE head IS NOT NULL`,
    );
    return {
      journal: name,
      instances: rows.map(instanceOf),
      waiting: Number(queue?.messages ?? 0),
      waitingLanes: Number(queue?.lanes ?? 0),
    };
  } catch (error) {
    throw unavailable(error, name);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function instanceOf(row: Row): FleetInstance {
  const left = Number(row.left);
  return {
    machine: row.machine,
    instance: row.id,
    generation: row.generation,
    version: row.version,
    state: left < 0 ? 'silent' : row.draining ? 'draining' : 'serving',
    startedAt: Number(row.started_at),
    leaseLeft: left,
    turns: Number(row.turns),
    accounts: accountsOf(row.leases ?? []),
  };
}

/** `receive:telegram:default` and `send:telegram:default` are one account. */
function accountsOf(leases: readonly string[]): string[] {
  const names = leases.flatMap(
    (name) => /^(?:receive|send):([^:]+):(.+)$/.exec(name)?.slice(1, 3).join('/') ?? [],
  );
  return [...new Set(names)];
}
