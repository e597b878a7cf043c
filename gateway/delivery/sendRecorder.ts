import { type Clock, SECOND } from '../core/clock.ts';
import { crashPoint } from '../core/crashPoint.ts';
import type { Log } from '../core/log.ts';
import { wait } from '../core/wait.ts';
import type { Journal, SendRow } from '../journal/journal.ts';

/** How soon is written again what the journal did not take. */
const AGAIN = 1 * SECOND;

export interface SendRecorderDeps {
  readonly journal: Pick<Journal, 'settleOutbox'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Writes how sends ended: what has ended so far in one commit; whoever ends meanwhile joins the next one.
 *
 * What the journal does not take (a full disk) is written again, since a row that stays `sending` holds
 * its lane's later ones up. Once stopped it stays so: the next instance reconciles it by its class.
 */
export class SendRecorder {
  readonly #deps: SendRecorderDeps;
  readonly #cut: AbortSignal;
  #ended: SendRow[] = [];
  /** Undefined iff nothing is being written. */
  #writing: Promise<void> | undefined;
  #stopped = false;

  /** `cut` ends the wait for a journal that does not take anything. */
  constructor(deps: SendRecorderDeps, cut: AbortSignal) {
    this.#deps = deps;
    this.#cut = cut;
  }

  /** Resolves when the end of this send is on disk, or given up. Never rejects. */
  async record(end: SendRow): Promise<void> {
    this.#ended.push(end);
    while (this.#ended.length > 0) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  /** From now on nothing is tried again. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when what is being written has been. */
  async quiet(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { journal, clock, log } = this.#deps;
    const rows = this.#ended;
    this.#ended = [];
    try {
      await journal.settleOutbox(rows, clock.now());
      crashPoint('send-recorded');
    } catch (error) {
      log.error({ err: error, rows: rows.length }, 'could not write that messages were sent');
      if (this.#stopped || !(await wait(clock, AGAIN, this.#cut))) return;
      this.#ended.unshift(...rows);
    }
  }
}
