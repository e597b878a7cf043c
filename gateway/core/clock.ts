/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/**
 * Time as the gateway sees it, injected everywhere so that tests own it.
 * `now` is wall-clock time in milliseconds since the epoch: it is compared between processes, so it
 * may step backwards when an operator sets the clock. `monotonic` never does; durations use it.
 */
export interface Clock {
  now(): number;
  monotonic(): number;
  after(ms: number, run: () => void): Timer;
}

/** Source of ids. Each call returns a fresh one; ids sort by creation time within a process. */
export type NewId = () => string;

/** A number in [0, 1). */
export type Random = () => number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
