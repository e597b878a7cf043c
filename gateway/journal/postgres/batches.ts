import { randomBytes } from 'node:crypto';
import { JournalUnavailable } from '../../core/exit.ts';
import type { Database } from './database.ts';
import { failureOf, unavailable } from './errors.ts';
import { type Answer, type Call, stepsOf } from './steps.ts';
import { toWire } from './wire.ts';

interface Pending extends Call {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** So many calls in one transaction at the most. */
const MOST = 128;
/** How often a batch is sent again that others stood in the way of. */
const TRIES = 5;
/** How often the outcome of a batch is asked for whose connection broke, and for how long. In ms. */
const ASK = 200;
const ASK_FOR = 60_000;

const DECLARED_DEAD =
  'This instance was declared dead by another, which has taken its work over. Nothing was written.';

/**
 * Sends calls to the database, one batch at a time over one connection: what is called while a batch is on
 * its way travels in the next, in one round trip and one commit. So a quiet journal answers at once, a busy
 * one shares its commits, and calls take effect in the order in which they were made.
 *
 *     idle ──call──▶ sending ──answered──▶ idle, or the next batch
 *                      │
 *                      └──the connection breaks──▶ asking ──known──▶ as above
 *
 * - asking: whether the batch was committed is asked for until the database says. Meanwhile new calls are
 *   refused: whoever made them is told at once that the journal is away.
 */
export class Batches {
  readonly #database: Database;
  #waiting: Pending[] = [];
  #sending: Promise<void> | undefined;
  #asking = false;
  #closed = false;
  /** The batch whose results are known, and need not be kept any longer. */
  #done: string | null = null;
  /** The instance that calls, once it has joined. */
  self: string | undefined;
  /** Called after each batch in which others may find something new. */
  committed: () => void = () => {};

  constructor(database: Database) {
    this.#database = database;
  }

  call(call: Call): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#refusal('it is closed'));
    if (this.#asking) return Promise.reject(this.#refusal('its database is away'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...call, resolve, reject });
      this.#sending ??= this.#send();
    });
  }

  /** Finishes what was asked for; later calls are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
  }

  async #send(): Promise<void> {
    // Calls made in one turn of the event loop travel together.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) await this.#run(this.#waiting.splice(0, MOST));
    this.#sending = undefined;
  }

  async #run(batch: readonly Pending[], tries = TRIES): Promise<void> {
    const reads = batch.every((call) => call.reads);
    const id = reads ? null : randomBytes(12).toString('base64url');
    const fenced = batch.some((call) => call.fenced);
    const { lanes, steps, results } = stepsOf(batch);
    let answers: readonly Answer[];
    try {
      const self = fenced ? (this.self ?? null) : null;
      answers = await this.#database.run(self, id, this.#done, toWire({ lanes, steps }));
    } catch (error) {
      const failure = failureOf(error);
      // Two batches waited for each other, and this one was rolled back.
      if (failure === 'again' && tries > 0) return this.#run(batch, tries - 1);
      // A mistake in one call must not spoil the others: each is tried by itself.
      if (failure === 'mistake' && batch.length > 1) {
        for (const one of batch) await this.#run([one]);
        return;
      }
      const known = failure === 'unknown' && id !== null ? await this.#outcome(id) : undefined;
      if (known === undefined) {
        const told =
          failure === 'mistake' ? (error as Error) : unavailable(error, this.#database.name);
        for (const { reject } of batch) reject(told);
        return;
      }
      answers = known;
    }
    if (id !== null) this.#done = id;
    this.#settle(batch, results(answers));
  }

  #settle(batch: readonly Pending[], results: readonly Answer[]): void {
    let news = false;
    batch.forEach((call, i) => {
      const { value = null, void: dead } = results[i] ?? {};
      if (dead === true) {
        call.reject(new JournalUnavailable(DECLARED_DEAD));
        return;
      }
      call.resolve(value);
      if (call.reads !== true && (call.news?.(value as never) ?? true)) news = true;
    });
    if (news) this.committed();
  }

  /** The results of a batch that was committed; undefined: it was not, and never will be. */
  async #outcome(id: string): Promise<readonly Answer[] | undefined> {
    this.#asking = true;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#refusal('its database is away'));
    try {
      for (let waited = 0; waited < ASK_FOR; waited += ASK) {
        try {
          return await this.#database.outcome(id);
        } catch {
          await new Promise((done) => setTimeout(done, ASK));
        }
      }
      // Nobody knows. Whoever called is told of an outage, and finds what was written when he asks again.
      return undefined;
    } finally {
      this.#asking = false;
    }
  }

  #refusal(why: string): JournalUnavailable {
    return new JournalUnavailable(`The journal ${this.#database.name} takes no calls: ${why}.`);
  }
}
