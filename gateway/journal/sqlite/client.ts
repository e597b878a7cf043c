import type { Worker } from 'node:worker_threads';
import type { Journal } from '../journal.ts';
import { Mailbox, startWorker } from './mailbox.ts';
import { OPS, type Op } from './ops.ts';
import type { JournalEvent } from './protocol.ts';

export type { JournalEvent };
export { startWorker };

export interface SqliteJournalOptions {
  /** Its folder must be there; the file is made, with mode 0600, when it is not. */
  readonly file: string;
  /** Bytes that the file may grow to; past them calls are refused as on a full disk. Default: no bound. */
  readonly maxBytes?: number;
  /** From `startWorker()`, where it was started ahead. */
  readonly worker?: Worker;
  /** Told of what the journal got over by itself, for the log. */
  readonly onEvent?: (event: JournalEvent) => void;
}

/**
 * Opens the journal that is one SQLite file. Several processes may have it open at once.
 * @throws JournalUnusable when the file is damaged, foreign or newer (it is not touched).
 * @throws JournalUnavailable when it can't be read or written now.
 */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<Journal> {
  const mailbox = new Mailbox(
    options.worker ?? startWorker(),
    options,
    options.onEvent ?? (() => {}),
  );
  await mailbox.ready;
  const calls: Record<string, unknown> = {};
  for (const op of OPS) {
    calls[op] = (...args: Parameters<Journal[typeof op]>) => mailbox.call(op, args);
  }
  return {
    ...(calls as Pick<Journal, Op>),
    onForeignCommit: (listener) => mailbox.listen(listener),
    close: () => mailbox.close(),
  };
}
