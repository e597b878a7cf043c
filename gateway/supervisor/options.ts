import { type Clock, HOUR, SECOND } from '../core/clock.ts';
import type { BackoffOptions } from './backoff.ts';
import type { Signals } from './signals.ts';

/** All in milliseconds. */
export interface SupervisorTimeouts {
  /** From a generation's start to its `ready`. */
  readonly readyMs: number;
  /** From a successor's `ready` to its `receiving`. */
  readonly openMs: number;
  /** How long a drained-from generation may go on with its turns (`agent.handover_timeout`). */
  readonly handoverMs: number;
  /** From `stop` to the end: `agent.restart_drain_timeout` plus the settling of the outbox. */
  readonly stopMs: number;
  /** From a forced stop to the end, and from `drained` to the exit. */
  readonly forceMs: number;
  /** From TERM to KILL. */
  readonly killMs: number;
  readonly beatMs: number;
  /** Without a heartbeat for so long, a generation counts as hung. */
  readonly watchdogMs: number;
}

export const TIMEOUT_DEFAULTS = {
  readyMs: 60 * SECOND,
  openMs: 15 * SECOND,
  handoverMs: HOUR,
  stopMs: 75 * SECOND,
  // A stop without a drain, as config/budget.ts has it (a test compares them).
  forceMs: 30 * SECOND,
  killMs: 3 * SECOND,
  beatMs: SECOND,
  watchdogMs: 15 * SECOND,
} satisfies SupervisorTimeouts;

/** Starts that may fail in a row before any generation has ever served. */
export const START_ATTEMPTS = 3;

export interface SupervisorOptions {
  /** An absolute path; made if it is not there. */
  readonly home: string;
  /** How a generation is started; resolved anew each time, so it runs what is installed then. */
  readonly command: {
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
  /** Of the supervisor's own code. */
  readonly version: string;
  readonly timeouts?: Partial<SupervisorTimeouts>;
  readonly backoff?: BackoffOptions;
  /** Starts that may fail in a row before any generation has ever served; then exit 1. */
  readonly startAttempts?: number;
  /** Whether a service manager starts us anew after exit 75; found out from the environment. */
  readonly managed?: boolean;
  /** From `catchSignals()` on the process's first line; else they are caught from here on. */
  readonly signals?: Signals;
  readonly clock?: Clock;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}
