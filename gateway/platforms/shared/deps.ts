import type { Clock, Random } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Address } from '../../core/message.ts';

/**
 * Whether somebody may talk. `ignore`: say nothing, take nothing. `say`: take nothing and tell them
 * this (a pairing code). Asked before a message is committed, for every message.
 */
export type Authorised = 'owner' | 'guest' | 'ignore' | { readonly say: string };

export type Authorise = (
  who: { readonly id: string; readonly name?: string },
  address: Address,
  direct: boolean,
) => Promise<Authorised>;

/** What every adapter is given from outside. */
export interface PlatformDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly authorise: Authorise;
  /** Replaces the global `fetch`, for tests. */
  readonly fetch?: typeof fetch;
}
