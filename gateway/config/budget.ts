import { ConfigError } from '../core/exit.ts';
import type { Config } from './schema.ts';

/**
 * How long everything at the end of a process may take, in seconds, from one place, so that no limit
 * outside cuts off a phase inside:
 *
 *     drain + interrupt + settle + close  =  stop  <  watchdog  <  manager
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
  readonly watchdog: number;
  /** The service manager's own limit (TimeoutStopSec) must be at least this. */
  readonly manager: number;
}

const SETTLE = 10;
const CLOSE = 5;
/** What each outer limit has on top of the one inside it. */
const MARGIN = 10;

/** The one resolver of the time budget. */
export function budgetOf(config: {
  readonly agent: Pick<Config['agent'], 'restart_drain_timeout' | 'interrupt_grace'>;
}): Budget {
  const drain = config.agent.restart_drain_timeout;
  const interrupt = config.agent.interrupt_grace;
  const stop = drain + interrupt + SETTLE + CLOSE;
  const watchdog = stop + MARGIN;
  return {
    drain,
    interrupt,
    settle: SETTLE,
    close: CLOSE,
    stop,
    watchdog,
    manager: watchdog + MARGIN,
  };
}

/**
 * Asserts at start that the service manager waits long enough.
 * @throws ConfigError when its limit (seconds) would cut the drain off.
 */
export function assertBudget(budget: Budget, managerLimit: number): void {
  if (managerLimit >= budget.manager) return;
  throw new ConfigError(
    `the service manager ends the gateway after ${managerLimit} s, but a stop may take ${budget.manager} s ` +
      `(agent.restart_drain_timeout is ${budget.drain} s); raise its limit (TimeoutStopSec) or lower the key`,
  );
}
