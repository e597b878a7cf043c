import postgres, { type Sql } from 'postgres';
import { functionIn, migrate } from './schema.ts';
import { fromWire } from './wire.ts';

/** How long a batch may take before its connection counts as broken, in milliseconds. */
const ANSWER = 5_000;

/** What one call of `run` answers, a result for each of its steps. */
export type Results = readonly { readonly value?: unknown; readonly void?: true }[];

/** The connections to one schema of one database. One is for the calls, in their order; one for wake-ups beside them. */
export class Database {
  /** The server and the database, for people: no user, no password. */
  readonly name: string;
  readonly schema: string;
  readonly #url: string;
  #sql: Sql;

  constructor(url: string, schema: string) {
    this.#url = url;
    this.schema = schema;
    this.name = nameOf(url);
    this.#sql = connect(url);
  }

  /** Brings the schema up to this version. @throws JournalUnusable for a newer one. */
  async migrate(): Promise<void> {
    await migrate(this.#sql, this.schema);
  }

  /** Runs a batch of calls; see functions/run.ts. @throws what the server or the connection throws. */
  async run(
    self: string | null,
    batch: string | null,
    done: string | null,
    calls: string,
  ): Promise<Results> {
    const run = functionIn(this.schema, 'run');
    const text = `SELECT ${run}($1::text, $2::text, $3::text, $4::text::jsonb) AS results`;
    return (await this.#one(text, [self, batch, done, calls])) ?? [];
  }

  /** The results of a batch whose connection broke; undefined: it was not committed, and never will be. */
  async outcome(batch: string): Promise<Results | undefined> {
    const text = `SELECT ${functionIn(this.schema, 'op_outcome')}($1::text) AS results`;
    return this.#one(text, [batch]);
  }

  /** Tells listeners of a channel. Never rejects: whoever missed it looks by himself. */
  notify(channel: string, payload: string): void {
    this.#sql.notify(channel, payload).catch(() => {});
  }

  async end(): Promise<void> {
    await this.#sql.end({ timeout: 5 });
  }

  async #one(text: string, values: (string | null)[]): Promise<Results | undefined> {
    const sql = this.#sql;
    const query = sql.unsafe<{ results: string | null }[]>(text, values, { prepare: true });
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(noAnswer(`no answer for ${ANSWER / 1000} s`)),
      ANSWER,
    );
    try {
      const [row] = await Promise.race([query, late.promise]);
      // Seen where a server was ended while it answered: a result without its one row says nothing.
      if (row === undefined) throw noAnswer('the answer was cut off');
      return row.results === null ? undefined : (fromWire(row.results) as Results);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'NO_ANSWER') this.#reconnect(sql, query);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A connection that does not answer is left behind, however long its end takes. */
  #reconnect(silent: Sql, query: Promise<unknown>): void {
    query.catch(() => {});
    this.#sql = connect(this.#url);
    silent.end({ timeout: 0 }).catch(() => {});
  }
}

function noAnswer(why: string): Error {
  return Object.assign(new Error(why), { code: 'NO_ANSWER' });
}

/** Connections that are made when they are needed; two, unless said otherwise. */
export function connect(url: string, more: { max?: number; idle_timeout?: number } = {}): Sql {
  return postgres(url, {
    max: 2,
    connect_timeout: 5,
    // Seconds before the next attempt to connect: a database that restarts is back in a moment.
    backoff: (attempts) => Math.min(1, 0.05 * 2 ** attempts),
    onnotice: () => {},
    connection: { application_name: 'sluice' },
    fetch_types: false,
    ...more,
  });
}

/** The server and the database, for people: no user, no password. */
export function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres://${host}${pathname}`;
  } catch {
    return 'in PostgreSQL';
  }
}
