import type { ServiceDefinition } from './definition.ts';

/** A file of a service; without text it is not to be there. */
export interface UnitFile {
  readonly path: string;
  readonly text: string | undefined;
}

/** What a manager says of the service. */
export interface ServiceState {
  readonly installed: boolean;
  /** One word: `active`, `failed`, …; as the manager calls it. */
  readonly state: string;
  readonly pid?: number;
  readonly enabled: boolean;
  /** Seconds from TERM to KILL, as installed. */
  readonly stopLimit?: number;
  /** Where the service is described, the user's own additions last. */
  readonly files: readonly string[];
  /** More to say, for people: pairs of what and how. */
  readonly details: readonly (readonly [string, string])[];
}

export interface LogRequest {
  readonly follow: boolean;
  readonly lines: number;
}

/**
 * A service manager, for one service. Each operation returns when the manager says that it is done.
 * @throws (each) SluiceError with what the manager said, and what to do.
 */
export interface Driver {
  /** `systemd (user)`, `launchd`. */
  readonly manager: string;
  /** Whether the manager can be spoken to at all. @throws SluiceError saying why not. */
  check(): Promise<void>;
  unitFiles(service: ServiceDefinition): readonly UnitFile[];
  /** Where the service's files are, installed or not. */
  paths(): readonly string[];
  /** Has the manager read the files anew, and start the service with the machine. */
  enable(service: ServiceDefinition): Promise<void>;
  /** Stops it and forgets it; its files are to be removed then. */
  disable(): Promise<void>;
  /** To be called when files have been removed. */
  forget(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Graceful: a hand-over where it runs, else a start.
   * @param outcome waits for the outcome of a hand-over that was begun by a signal.
   */
  restart(outcome: () => Promise<unknown>): Promise<void>;
  /** Ends the process, whatever it does, and starts another. */
  forceRestart(): Promise<void>;
  state(): Promise<ServiceState>;
  /** Prints the log to this terminal; the exit code of what printed it. */
  logs(request: LogRequest): Promise<number>;
}
