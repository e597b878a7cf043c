import type { Budget } from '../config/budget.ts';
import { SECOND } from '../core/clock.ts';
import { START_ATTEMPTS, TIMEOUT_DEFAULTS } from '../supervisor/options.ts';

/**
 * What a service manager is told of times, in whole seconds. Each is longer than what it bounds takes
 * by itself, so the manager's limit is the last one and never cuts a phase off (R10).
 */
export interface ServiceLimits {
  /** Until the first generation is ready, all attempts of the supervisor included. */
  readonly start: number;
  /** Until a hand-over is decided, one way or the other. */
  readonly reload: number;
  /** From the request to stop to the KILL. */
  readonly stop: number;
  /** A supervisor that says nothing for so long is ended and started anew. */
  readonly watchdog: number;
}

const MARGIN = 10;
const WATCHDOG = 30;

/** The one resolver of the manager's limits, from the supervisor's own and the configuration's budget. */
export function serviceLimits(budget: Budget): ServiceLimits {
  const { readyMs, killMs } = TIMEOUT_DEFAULTS;
  const attempt = (readyMs + killMs) / SECOND;
  return {
    start: Math.ceil(START_ATTEMPTS * attempt + MARGIN),
    reload: Math.ceil(attempt + MARGIN),
    stop: Math.ceil(budget.manager),
    watchdog: WATCHDOG,
  };
}
