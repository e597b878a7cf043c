import type { Clock, Timer } from '../core/clock.ts';
import { ConfigError, ExitCode, SluiceError } from '../core/exit.ts';
import { Backoff } from './backoff.ts';
import type { Exit } from './generation.ts';
import type { ServiceManager } from './notify.ts';
import { START_ATTEMPTS, type SupervisorOptions } from './options.ts';

export interface RecoveryParts {
  readonly options: Pick<SupervisorOptions, 'backoff' | 'startAttempts' | 'log'>;
  readonly manager: Pick<ServiceManager, 'status'>;
  readonly clock: Clock;
  /** Whether somebody served before this image of the supervisor. */
  readonly everServed: boolean;
  readonly start: (role: 'first' | 'recovery') => void;
}

/**
 * What follows when nobody serves: another start, sooner or later, or the end.
 *
 * As long as nobody has ever served, the person who typed the command is watching: it ends on exit 78, after
 * `START_ATTEMPTS` failed starts in a row, or when a start says that its error is final. Afterwards it is tried
 * for ever, at long intervals, and each try is logged.
 */
export class Recovery {
  readonly #parts: RecoveryParts;
  readonly #backoff: Backoff;
  #everServed: boolean;
  #accountsServed = false;
  #failedStarts = 0;
  #retry: Timer | undefined;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.options.backoff);
    this.#everServed = parts.everServed;
  }

  served(): void {
    this.#everServed = true;
  }
  /** A generation has come as far as serving its accounts: exit 78 is no longer a mistake at the start. */
  servedAccounts(): void {
    this.#accountsServed = true;
  }

  /**
   * What to end with after this exit: a code, or what the generation said of itself where that is the last word
   * for whoever typed the command. Undefined where it is to be tried again.
   */
  verdict(role: string, exit: Exit): ExitCode | SluiceError | undefined {
    const { said, code } = exit;
    if (code === ExitCode.OK || code === ExitCode.RESTART) return undefined;
    if (role !== 'serving' && role !== 'starting') return undefined;
    if (exit.final === true && said !== undefined && !this.#everServed)
      return exit.code === ExitCode.CONFIG ? new ConfigError(said) : new SluiceError(said);
    const misconfigured = exit.code === ExitCode.CONFIG && !this.#accountsServed;
    if (misconfigured && (role === 'serving' || !this.#everServed))
      return said === undefined ? ExitCode.CONFIG : new ConfigError(said);
    const { options } = this.#parts;
    const attempts = options.startAttempts ?? START_ATTEMPTS;
    if (role === 'serving' || this.#everServed || ++this.#failedStarts < attempts) return undefined;
    options.log('error', `${this.#failedStarts} starts have failed, the last one: ${exit.reason}`);
    return ExitCode.FAILURE;
  }

  /** Starts the next one, at once or after a wait. `hopeless`: trying soon would not help. */
  plan(reason: string, hopeless: boolean): void {
    const { clock, options, manager, start } = this.#parts;
    const wait = this.#backoff.failed(clock.monotonic(), hopeless);
    const next = `next try in ${wait.ms / 1_000} s`;
    if (wait.looping) {
      options.log(
        'error',
        `nobody serves: ${reason}. ${wait.failures} failures in a row of minutes; ${next}, and so on until it works`,
      );
      manager.status(`nobody serves: ${reason}; ${next}`);
    }
    const role = this.#everServed ? 'recovery' : 'first';
    if (wait.ms === 0) start(role);
    else this.#retry = clock.after(wait.ms, () => start(role));
  }

  cancel(): void {
    this.#retry?.cancel();
  }
}
