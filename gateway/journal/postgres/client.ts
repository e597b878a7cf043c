import postgres, { type Sql } from 'postgres';
import type { Journal } from '../journal.ts';
import { Batches } from './batches.ts';
import { CALLS, type PlainCall } from './calls.ts';
import { unavailable } from './errors.ts';
import { migrate, runFunction } from './schema.ts';
import { turnCalls } from './turnCalls.ts';
import { Wakeups } from './wakeups.ts';

export interface PostgresJournalOptions {
  /** `postgres://user:password@host:port/database`; several hosts, and `target_session_attrs`, are allowed. */
  readonly url: string;
  /** A server connection for LISTEN, where `url` leads through a pooler that hands connections out by transaction. */
  readonly directUrl?: string;
  /** Everything lives in this schema, which is made. Letters, digits and underscores. Default: sluice. */
  readonly schema?: string;
}

/**
 * Opens the journal that is a schema of a PostgreSQL database, and brings it up to this version.
 * @throws JournalUnusable when it is of a newer version.
 * @throws JournalUnavailable when the server can't be reached.
 */
export async function openPostgresJournal(options: PostgresJournalOptions): Promise<Journal> {
  const schema = options.schema ?? 'sluice';
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema))
    throw new TypeError(`not a schema's name: ${schema}`);
  const sql = connect(options.url);
  const name = nameOf(options.url);
  try {
    await migrate(sql, schema);
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw unavailable(error, name) ?? error;
  }
  const batches = new Batches(sql, runFunction(schema), name);
  const wakeups = new Wakeups(options.directUrl ?? options.url, schema);
  batches.committed = () => wakeups.tell(sql);
  return {
    ...plainCalls(batches),
    ...turnCalls(batches),
    onForeignCommit: (listener) => wakeups.listen(listener),
    close: async () => {
      await batches.close();
      await wakeups.close();
      await sql.end({ timeout: 5 });
    },
  };
}

function connect(url: string): Sql {
  return postgres(url, {
    // One for the calls, in their order; one for wake-ups beside them.
    max: 2,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: 'sluice' },
    // Numbers that JSON knows; everything else comes as text.
    fetch_types: false,
  });
}

function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres://${host}${pathname}`;
  } catch {
    return 'in PostgreSQL';
  }
}

function plainCalls(batches: Batches): Pick<Journal, PlainCall> {
  const calls: Record<string, unknown> = {};
  for (const [op, translation] of Object.entries(CALLS)) {
    const { args, result, fenced, lane } = translation as {
      args: (...given: unknown[]) => unknown[];
      result?: (value: unknown, ...given: unknown[]) => unknown;
      fenced?: true;
      lane?: (...given: unknown[]) => string;
    };
    calls[op] = async (...given: unknown[]) => {
      const value = await batches.call({
        op,
        args: args(...given),
        ...(fenced === undefined ? {} : { fenced }),
        ...(lane === undefined ? {} : { lane: lane(...given) }),
      });
      return result?.(value, ...given);
    };
  }
  const typed = calls as unknown as Pick<Journal, PlainCall>;
  return {
    ...typed,
    async join(instance) {
      await typed.join(instance);
      batches.self = instance.id;
    },
    async leave(id) {
      await typed.leave(id);
      if (batches.self === id) batches.self = undefined;
    },
  };
}
