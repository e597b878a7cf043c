import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, SECOND, type Timer } from '../core/clock.ts';
import type { Status } from '../core/status.ts';

/** How often a file is written anew without a change: readers take silence for death. */
export const HEARTBEAT_MS = 5 * SECOND;
export const DRAIN_HEARTBEAT_MS = 1 * SECOND;
/** At most one write in this time, whatever changes. */
const WRITE_EVERY_MS = 1 * SECOND;
/** A file older than this many heartbeats is stale. */
const MISSED = 3;

export function statusPath(home: string): string {
  return join(home, 'status.json');
}

export interface StatusWriterOptions {
  readonly home: string;
  readonly clock: Clock;
  /** The status as it is now. */
  readonly status: () => Status;
  /** A write that failed: said once until one succeeds again. */
  readonly onError?: (error: Error) => void;
}

/**
 * Keeps `status.json` current: for readers without a socket (a monitor, `sluice status` after a crash).
 *
 * `changed` asks for a write; changes within a second share one. A heartbeat writes without a change:
 * each second while draining, each five otherwise. `stop` writes once more, as `stopped`, and then
 * nothing is written any more, whoever asks.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #lastWrite = Number.NEGATIVE_INFINITY;
  /** The next write; undefined iff not started or stopped. */
  #timer: Timer | undefined;
  #stopped = false;
  #failing = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#write(this.#options.status());
    this.#schedule();
  }

  changed(): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    const wait = this.#lastWrite + WRITE_EVERY_MS - clock.monotonic();
    this.#arm(Math.max(0, wait));
  }

  /** The file is a successor's from now on: nothing more is written, not even `stopped`. */
  cease(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The final write. Whatever the gateway says of itself, the file says `stopped`. */
  stop(): void {
    if (this.#stopped) return;
    this.cease();
    this.#write({
      ...this.#options.status(),
      state: 'stopped',
      ready: false,
      reasons: ['stopped'],
      activeTurns: 0,
      turns: [],
    });
  }

  #schedule(): void {
    const draining = this.#options.status().state === 'draining';
    this.#arm(draining ? DRAIN_HEARTBEAT_MS : HEARTBEAT_MS);
  }

  #arm(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, () => {
      if (this.#stopped) return;
      this.#write(this.#options.status());
      this.#schedule();
    });
  }

  #write(status: Status): void {
    const { home, clock } = this.#options;
    this.#lastWrite = clock.monotonic();
    try {
      writeStatus(home, { ...status, at: clock.now() });
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.onError?.(error as Error);
      this.#failing = true;
    }
  }
}

/** Replaces the file in one step: a reader sees the old one or the new one, never a half. */
export function writeStatus(home: string, status: Status): void {
  const path = statusPath(home);
  const temporary = `${path}.${status.instance}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(status)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

/**
 * What a reader may believe. live: said within the last heartbeats, or a final `stopped`.
 * stale: it was true once, and whoever wrote it is silent. unknown: there is nothing to read.
 */
export type StatusReading =
  | { readonly freshness: 'live' | 'stale'; readonly status: Status; readonly ageMs: number }
  | { readonly freshness: 'unknown' };

export function readStatus(home: string, now: number): StatusReading {
  let status: Status;
  try {
    status = JSON.parse(readFileSync(statusPath(home), 'utf8')) as Status;
  } catch {
    return { freshness: 'unknown' };
  }
  if (typeof status?.at !== 'number' || typeof status.state !== 'string') {
    return { freshness: 'unknown' };
  }
  // A clock that was set back makes a file of the future: nothing can be said of its age.
  const ageMs = Math.abs(now - status.at);
  if (status.state === 'stopped') return { freshness: 'live', status, ageMs };
  const beat = status.state === 'draining' ? DRAIN_HEARTBEAT_MS : HEARTBEAT_MS;
  return { freshness: ageMs <= MISSED * beat ? 'live' : 'stale', status, ageMs };
}
