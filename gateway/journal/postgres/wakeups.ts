import { randomBytes } from 'node:crypto';
import postgres, { type Sql } from 'postgres';
import type { Database } from './database.ts';

/** Commits within this time are told of once: a NOTIFY takes a lock that all committers of a server share. */
const TOGETHER_MS = 5;
/** Where nothing can be heard (a pooler, a lost connection) listeners look this often. */
const LOOK_MS = 500;

/**
 * Tells other instances that something was committed, and hears it from them. The payload is who tells, so
 * that nobody is woken by itself; it says nothing else, and every message of one teller is the same.
 */
export class Wakeups {
  readonly #channel: string;
  readonly #url: string;
  readonly #database: Database;
  readonly #own = randomBytes(6).toString('hex');
  readonly #listeners = new Set<() => void>();
  #heard: Sql | undefined;
  #telling: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(url: string, database: Database) {
    this.#url = url;
    this.#database = database;
    this.#channel = `${database.schema}_changed`;
  }

  /** A batch was committed. In a transaction of its own, after it. */
  tell(): void {
    if (this.#closed || this.#telling !== undefined) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      if (!this.#closed) this.#database.notify(this.#channel, this.#own);
    }, TOGETHER_MS);
  }

  /** Returns the way to stop listening. */
  listen(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#heard === undefined) this.#begin();
    return () => {
      this.#listeners.delete(own);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#telling);
    clearInterval(this.#look);
    this.#listeners.clear();
    await this.#heard?.end({ timeout: 1 });
  }

  #begin(): void {
    const wake = () => {
      for (const listener of [...this.#listeners]) listener();
    };
    let heard = false;
    // From the loss of the connection until it is back nobody tells: listeners look for themselves.
    const lost = () => {
      if (this.#closed || this.#look !== undefined) return;
      this.#look = setInterval(wake, LOOK_MS);
      this.#look.unref();
    };
    const listening = () => {
      clearInterval(this.#look);
      this.#look = undefined;
      if (heard) wake();
      heard = true;
    };
    const sql = postgres(this.#url, {
      max: 1,
      onnotice: () => {},
      onclose: lost,
      backoff: (attempts) => Math.min(2, 0.1 * 2 ** attempts),
      fetch_types: false,
    });
    this.#heard = sql;
    sql
      .listen(
        this.#channel,
        (who) => {
          if (who !== this.#own) wake();
        },
        listening,
      )
      .catch(lost);
  }
}
