import type { Clock } from '../core/clock.ts';
import type { AccountLocks } from './accountLocks.ts';
import type { SocketKeeper } from './listener.ts';
import type { ServiceManager } from './notify.ts';

/** What a supervisor has taken before it starts anything, and gives back at its end. */
export interface SupervisionParts {
  readonly socket: SocketKeeper;
  readonly manager: ServiceManager;
  readonly clock: Clock;
  readonly homeTag: string;
  /** Generations before this image of the supervisor; above 0 after a re-execution. */
  readonly generations: number;
  readonly accounts: AccountLocks;
}
