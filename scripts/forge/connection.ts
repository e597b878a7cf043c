import type { Site } from '../attribution/site.ts';
import type { Token } from './token.ts';

/** How a forge is reached. */
export interface Connection {
  readonly site: Site;
  readonly token?: Token | undefined;
  /** The longest that a rate limit is waited out. */
  readonly maxWaitSeconds: number;
  readonly onWait?: (seconds: number, why: string) => void;
  /** Called after each request of many. */
  readonly onAsked?: (what: string, done: number, total: number) => void;
  /** Milliseconds that stand for one second of waiting; tests shorten it. */
  readonly second?: number;
}
