import type { Clock } from '../core/clock.ts';
import type { Attachment } from '../core/message.ts';

/** The part of a logger that agents use; pino fits. */
export interface AgentLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What an agent is given of the world. */
export interface AgentDeps {
  readonly clock: Clock;
  readonly log: AgentLog;
  /** The gateway's home: sessions' working directories are made below it. */
  readonly home: string;
  /** The gateway's environment; a child process gets only what is allow-listed of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells the supervisor of a process group, which it sweeps should the gateway die. Returns the way to take it back. */
  readonly registerChild?: (child: { readonly pid: number }) => () => void;
  /** The bytes of a message's file. Absent: agents say that they cannot see files. */
  readonly readFile?: (attachment: Attachment, signal: AbortSignal) => Promise<Uint8Array>;
  /** Where a message's file lies, for agents that are programs; undefined for one that is not kept here. */
  readonly pathOf?: (attachment: Attachment) => string | undefined;
  /** Told of every secret before it is used, so that the log leaves it out. */
  readonly addSecret?: (secret: string) => void;
  /** The configuration's folder: relative paths in it are meant from here. Default: the working directory. */
  readonly configDir?: string;
}
