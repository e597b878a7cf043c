import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { JournalUnavailable } from '../../core/exit.ts';
import { isBusy } from './errors.ts';

export type Value = SQLInputValue | undefined | boolean;

/** How long to try for the write lock before the journal counts as unavailable. */
const BUSY_LIMIT_MS = 5_000;
const nap = new Int32Array(new SharedArrayBuffer(4));

/** One SQLite connection with its prepared statements. Rows come back typed as the caller says. */
export class Connection {
  readonly db: DatabaseSync;
  readonly file: string;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, file: string) {
    this.db = db;
    this.file = file;
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#prepare(sql).get(...values.map(bind)) as Row | undefined;
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#prepare(sql).all(...values.map(bind)) as Row[];
  }

  /** Returns the number of rows changed. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#prepare(sql).run(...values.map(bind)).changes);
  }

  /** Inserts one row and returns its rowid. */
  insert(sql: string, ...values: Value[]): number {
    return Number(this.#prepare(sql).run(...values.map(bind)).lastInsertRowid);
  }

  /** Runs `body` in one write transaction: all of it is durable when this returns, or none of it. */
  write<T>(body: () => T): T {
    this.patiently(() => this.db.exec('BEGIN IMMEDIATE'));
    try {
      const value = body();
      // Until the file is in WAL mode a reader can hold the commit up.
      this.patiently(() => this.db.exec('COMMIT'));
      return value;
    } catch (error) {
      // A full disk has rolled back already; ROLLBACK would then be an error of its own.
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Repeats `attempt` while another process holds the lock, after a random 0 to 2 ms: with a long
   * busy_timeout two writers can starve each other for seconds.
   * @throws JournalUnavailable after five seconds.
   */
  patiently<T>(attempt: () => T): T {
    const start = performance.now();
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (performance.now() - start > BUSY_LIMIT_MS) {
          throw new JournalUnavailable(
            `The journal ${this.file} is locked by another process for more than ${BUSY_LIMIT_MS / 1000} s. Nothing was written; find who holds it.`,
            { cause: error },
          );
        }
        Atomics.wait(nap, 0, 0, Math.random() * 2);
      }
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function bind(value: Value): SQLInputValue {
  if (value === undefined) return null;
  return typeof value === 'boolean' ? Number(value) : value;
}
