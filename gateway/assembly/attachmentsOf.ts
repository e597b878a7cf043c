import { join } from 'node:path';
import { Attachments, type AttachmentsDeps } from '../attachments/attachments.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, HOUR, type Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { FileStore } from '../journal/fileStore.ts';

export interface AttachmentsOfDeps extends Pick<AttachmentsDeps, 'platformOf'> {
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The files of a fleet, beside its journal. */
  readonly files?: FileStore;
}

/**
 * The store of a home's files, and of a fleet's, swept once an hour. Every instance of the home does it: two that remove
 * the same old file do no harm.
 */
export function attachmentsOf(
  { attachments }: Pick<Config, 'attachments'>,
  { home, clock, log, platformOf, files }: AttachmentsOfDeps,
): Attachments & { close(): void } {
  const { folder } = attachments;
  const made = new Attachments(attachments, {
    dir: folder ?? join(home, 'files'),
    ...(files === undefined || folder !== undefined ? {} : { shared: files }),
    platformOf,
    log,
    now: () => clock.now(),
  });
  let timer: Timer | undefined;
  const later = () => {
    timer = clock.after(HOUR, () => {
      later();
      made.sweep().catch((error: unknown) => log.warn({ err: error }, 'old files stay for now'));
    });
  };
  later();
  return Object.assign(made, { close: () => timer?.cancel() });
}
