import { SECOND } from '../core/clock.ts';
import { DEFAULTS } from '../core/settings.ts';
import type { Config } from './schema.ts';

/**
 * How long everything at the end of a process may take, in seconds, from one place, so that no limit
 * outside cuts off a phase inside:
 *
 *     drain + interrupt + settle + close  =  stop  <  parent  <  manager
 */
export interface Budget {
  /** Running turns go on. */
  readonly drain: number;
  /** What is left is told to end, and has this long. */
  readonly interrupt: number;
  /** Committed replies are sent. */
  readonly settle: number;
  /** Agents, platforms and the journal are closed. */
  readonly close: number;
  /** The sum of the phases. */
  readonly stop: number;
  /** The parent ends a process that takes longer. */
  readonly parent: number;
  /** The service manager's own limit (TimeoutStopSec) must be at least this. */
  readonly manager: number;
}

const STEP = DEFAULTS.stopStep / SECOND;
/** Two steps: what is due is sent, the couriers are stopped (instance/leaving.ts, `settle`). */
const SETTLE = 2 * STEP;
/** What is closed then shares one. */
const CLOSE = STEP;
/** What each outer limit has on top of the one inside it. */
const MARGIN = 10;

/** The one resolver of the time budget. */
export function budgetOf(config: {
  readonly agent: Pick<Config['agent'], 'restart_drain_timeout' | 'interrupt_grace'>;
}): Budget {
  const drain = config.agent.restart_drain_timeout;
  const interrupt = config.agent.interrupt_grace;
  const stop = drain + interrupt + SETTLE + CLOSE;
  const parent = stop + MARGIN;
  return {
    drain,
    interrupt,
    settle: SETTLE,
    close: CLOSE,
    stop,
    parent,
    manager: parent + MARGIN,
  };
}

/** A drain that a service manager's own limit leaves no room for, and what to do about it. */
export interface Shortfall {
  /** The longest drain that fits, in seconds. */
  readonly drain: number;
  /** For a person. */
  readonly message: string;
}

/**
 * Holds the budget against the limit of whatever would KILL the process (seconds). Undefined where it
 * fits. The sums stay as they are, so only the drain can give way; what does not fit even then is said.
 * @param where what has the limit, and how to raise it: `TimeoutStopSec of sluice.service (run ...)`.
 */
export function shortfallOf(budget: Budget, limit: number, where: string): Shortfall | undefined {
  if (limit >= budget.manager) return undefined;
  const drain = Math.max(0, budget.drain - (budget.manager - limit));
  const left =
    drain > 0 || budget.manager - budget.drain <= limit
      ? `until then turns are given ${drain} s`
      : 'until then even a stop without a drain may be cut off';
  return {
    drain,
    message:
      `the service manager ends the gateway after ${limit} s, but a stop may take ${budget.manager} s ` +
      `(agent.restart_drain_timeout is ${budget.drain} s); raise ${where}, or lower the key; ${left}`,
  };
}
