import type { Sql } from 'postgres';
import { JournalUnavailable } from '../../core/exit.ts';
import { unavailable } from './errors.ts';
import { fromWire, toWire } from './wire.ts';

/** One call on its way: `op` of functions/run.ts. */
export interface Call {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly lane?: string;
  readonly fenced?: true;
}

interface Pending extends Call {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** So many calls in one transaction at the most. */
const MOST = 128;

/**
 * Sends calls to the database, one batch at a time over one connection: what is called while a batch is on
 * its way travels in the next, in one round trip and one commit. So a quiet journal answers at once, a busy
 * one shares its commits, and calls take effect in the order in which they were made.
 */
export class Batches {
  readonly #sql: Sql;
  readonly #statement: string;
  readonly #name: string;
  #waiting: Pending[] = [];
  #sending: Promise<void> | undefined;
  #refused: string | undefined;
  /** The instance that calls, once it has joined. */
  self: string | undefined;
  /** Called after each batch that has written something. */
  committed: () => void = () => {};

  constructor(sql: Sql, run: string, name: string) {
    this.#sql = sql;
    this.#statement = `SELECT ${run}($1::text, $2::text::jsonb)::text AS results`;
    this.#name = name;
  }

  call(call: Call): Promise<unknown> {
    if (this.#refused !== undefined) {
      return Promise.reject(
        new JournalUnavailable(`The journal ${this.#name} takes no calls: ${this.#refused}.`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...call, resolve, reject });
      this.#sending ??= this.#send();
    });
  }

  /** Finishes what was asked for; later calls are refused. */
  async close(): Promise<void> {
    this.#refused = 'it is closed';
    await this.#sending;
  }

  async #send(): Promise<void> {
    // Calls made in one turn of the event loop travel together.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST);
      await this.#run(batch);
    }
    this.#sending = undefined;
  }

  async #run(batch: readonly Pending[]): Promise<void> {
    let results: { value?: unknown; void?: true }[];
    try {
      const text = toWire(batch.map(({ op, args, lane, fenced }) => ({ op, args, lane, fenced })));
      const [row] = await this.#sql.unsafe<{ results: string }[]>(
        this.#statement,
        [this.self ?? null, text],
        {
          prepare: true,
        },
      );
      results = fromWire(row?.results ?? '[]') as typeof results;
    } catch (error) {
      const outage = unavailable(error, this.#name);
      // A mistake in one call must not spoil the others: each is tried by itself.
      if (outage === undefined && batch.length > 1) for (const one of batch) await this.#run([one]);
      else for (const { reject } of batch) reject(outage ?? (error as Error));
      return;
    }
    batch.forEach(({ resolve, reject }, i) => {
      const result = results[i];
      if (result?.void === true) reject(new JournalUnavailable(DECLARED_DEAD));
      else resolve(result?.value ?? null);
    });
    this.committed();
  }
}

const DECLARED_DEAD =
  'This instance was declared dead by another, which has taken its work over. Nothing was written.';
