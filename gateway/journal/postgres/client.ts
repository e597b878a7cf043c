import { SluiceError } from '../../core/exit.ts';
import type { Journal } from '../journal.ts';
import { Batches } from './batches.ts';
import { CALLS, type PlainCall } from './calls.ts';
import { Database } from './database.ts';
import { unavailable } from './errors.ts';
import type { Call } from './steps.ts';
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
  const database = new Database(options.url, schema);
  try {
    await database.migrate();
  } catch (error) {
    await database.end();
    throw error instanceof SluiceError ? error : unavailable(error, database.name);
  }
  const batches = new Batches(database);
  const wakeups = new Wakeups(options.directUrl ?? options.url, database);
  batches.committed = () => wakeups.tell();
  return {
    ...plainCalls(batches),
    ...turnCalls(batches),
    onForeignCommit: (listener) => wakeups.listen(listener),
    close: async () => {
      await batches.close();
      await wakeups.close();
      await database.end();
    },
  };
}

function plainCalls(batches: Batches): Pick<Journal, PlainCall> {
  const calls: Record<string, unknown> = {};
  for (const [op, translation] of Object.entries(CALLS)) {
    const { args, result, lane, ...how } = translation as {
      args: (...given: unknown[]) => unknown[];
      result?: (value: unknown, ...given: unknown[]) => unknown;
      lane?: (...given: unknown[]) => string;
    } & Pick<Call, 'fenced' | 'reads' | 'news'>;
    calls[op] = async (...given: unknown[]) => {
      const place = lane === undefined ? {} : { lane: lane(...given) };
      const value = await batches.call({ op, args: args(...given), ...place, ...how });
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
