import type { OpenedJournal } from '../assembly/journalOf.ts';
import type { WebDeps } from '../assembly/webOf.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../observe/secrets.ts';
import type { SupervisorLink } from '../supervisor/link.ts';

export interface GenerationOptions {
  readonly home: string;
  /** What --config names. */
  readonly config?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly version: string;
  /** Absent in a process that runs alone. */
  readonly link?: SupervisorLink;
  /** Called once it serves. */
  readonly ready?: () => void;
}

/** What takes its time by itself, begun before the rest of the program is loaded. */
export interface Prepared {
  readonly config: Config;
  /** The file that the configuration was read from. */
  readonly configFile?: string;
  readonly secrets: Secrets;
  /** It opens in a thread of its own. */
  readonly journal: Promise<OpenedJournal>;
  /** Tries once more; absent for a file. */
  readonly reopen?: () => Promise<OpenedJournal>;
  readonly socket: Promise<WebDeps['socket']>;
}
