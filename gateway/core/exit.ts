/**
 * The exit-code contract, named in one place. Service units are generated from these constants.
 *
 * - `OK` 0: a clean stop that somebody asked for; stays down.
 * - `FAILURE` 1: anything unforeseen; the manager may start it again.
 * - `RESTART` 75 (EX_TEMPFAIL, sysexits.h): a restart was asked for; start it anew at once.
 * - `CONFIG` 78 (EX_CONFIG, sysexits.h): it cannot work as configured; starting it again would not help.
 */
export const ExitCode = { OK: 0, FAILURE: 1, RESTART: 75, CONFIG: 78 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Why a gateway process is about to end. */
export type Ending =
  | { readonly why: 'stopped' }
  | { readonly why: 'handed-over' }
  | { readonly why: 'restart' }
  | { readonly why: 'failed'; readonly error: unknown };

/** The one place where an ending becomes an exit code. */
export function exitCodeOf(ending: Ending): ExitCode {
  switch (ending.why) {
    case 'stopped':
    case 'handed-over':
      return ExitCode.OK;
    case 'restart':
      return ExitCode.RESTART;
    case 'failed':
      return ending.error instanceof SluiceError ? ending.error.exitCode : ExitCode.FAILURE;
  }
}

/** Base of every error whose message is meant for a person: what happened, to what, what to do. */
export class SluiceError extends Error {
  readonly exitCode: ExitCode = ExitCode.FAILURE;
  override readonly name: string = 'SluiceError';
}

/** It cannot work as configured (exit 78). */
export class ConfigError extends SluiceError {
  override readonly exitCode = ExitCode.CONFIG;
  override readonly name = 'ConfigError';
}

/** An address cannot be listened on now: another program has the port, or the network is not up yet. */
export class AddressUnavailable extends SluiceError {
  override readonly name = 'AddressUnavailable';
}

/** The journal refused to commit: a full disk, a lost database, a read-only home. Nothing was accepted. */
export class JournalUnavailable extends SluiceError {
  override readonly name = 'JournalUnavailable';
  /** True when the disk is full, which HTTP says as 507 and everything else as 503. */
  readonly full: boolean;
  constructor(message: string, options: ErrorOptions & { full?: boolean } = {}) {
    super(message, options);
    this.full = options.full ?? false;
  }
}

/** The journal file is damaged, foreign, or written by a newer version (exit 78). It was not touched. */
export class JournalUnusable extends SluiceError {
  override readonly exitCode = ExitCode.CONFIG;
  override readonly name = 'JournalUnusable';
}

/** The caller asked for something that is not there or not allowed now (a command line exits 1). */
export class RequestError extends SluiceError {
  override readonly name = 'RequestError';
}
