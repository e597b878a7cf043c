import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Config } from '../config/schema.ts';
import { readSecret } from '../config/secrets.ts';
import type { FileStore } from '../journal/fileStore.ts';
import type { Journal } from '../journal/journal.ts';
import { openSqliteJournal, startWorker } from '../journal/sqlite/client.ts';
import type { Secrets } from '../observe/secrets.ts';
import type { PeerAddress } from '../turns/relay/peerSocket.ts';
import { peersOf } from './peersOf.ts';

export interface JournalDeps {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly configFile?: string;
  /** From `startWorker()`: a file's journal opens sooner then. */
  readonly worker?: Worker;
}

export { startWorker };

/** This variable alone is enough to share a journal; what the configuration names wins over it. */
const VARIABLE = 'SLUICE_JOURNAL_URL';

/** The journal that the configuration names, and whether other machines may share it. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly fleet: boolean;
  /** The files of a fleet, beside its journal. */
  readonly files?: FileStore & { close(): Promise<void> };
  /** Where other machines hear this one. */
  readonly peers?: PeerAddress;
}

/**
 * Opens the journal: a file in the home, or a schema of the PostgreSQL that is named.
 * @throws ConfigError for a name that leads nowhere; JournalUnusable, JournalUnavailable as the engines do.
 */
export async function openJournal(config: Config, deps: JournalDeps): Promise<OpenedJournal> {
  const url = journalUrl(config, deps);
  if (url === undefined) {
    return {
      journal: await openSqliteJournal({
        file: join(deps.home, 'journal.db'),
        ...(deps.worker === undefined ? {} : { worker: deps.worker }),
      }),
      fleet: false,
    };
  }
  await deps.worker?.terminate();
  deps.secrets.add(passwordOf(url));
  const [{ openPostgresJournal }, { PostgresFiles }] = await Promise.all([
    import('../journal/postgres/client.ts'),
    import('../journal/postgres/files.ts'),
  ]);
  const [journal, peers] = await Promise.all([
    openPostgresJournal({ url, schema: config.journal.schema }),
    peersOf(config, url),
  ]);
  const files = new PostgresFiles(url, config.journal.schema);
  return { journal, fleet: true, files, ...(peers === undefined ? {} : { peers }) };
}

/** The address of the database, with its password; undefined: the file in the home. */
export function journalUrl(
  { journal }: Config,
  { env, configFile }: Pick<JournalDeps, 'env' | 'configFile'>,
): string | undefined {
  const named = { what: 'journal.url', env: journal.url_env, file: journal.url_file };
  return readSecret(named, { env, configFile }) ?? (env[VARIABLE]?.trim() || undefined);
}

function passwordOf(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).password) || undefined;
  } catch {
    return undefined;
  }
}
