import type { Attachments } from '../attachments/attachments.ts';
import type { Clock, NewId, Random } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Settings } from '../core/settings.ts';
import type { Hooks } from '../hooks/hooks.ts';
import type { Journal } from '../journal/journal.ts';
import type { People } from '../people/people.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Agents } from '../turns/agents.ts';
import type { PeerAddress } from '../turns/relay/peerSocket.ts';
import type { Above } from './orders/restartOrders.ts';

/** What an instance is made of. */
export interface GatewayParts {
  readonly journal: Journal;
  readonly agents: Agents;
  readonly platforms: readonly Platform[];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly random: Random;
  readonly log: Log;
  readonly instance: string;
  /** The home that it runs from, as the journal knows it. */
  readonly machine: string;
  /** The journal is shared with other machines: whoever lapsed there is taken over, and our own lease counts. */
  readonly fleet?: boolean;
  /** Where other machines hear this instance. */
  readonly peers?: PeerAddress;
  readonly generation: number;
  readonly version: string;
  /** A supervisor, where there is one. */
  readonly above?: Above;
  readonly hooks?: Hooks;
  /** False: a gateway of this home has served before this one. */
  readonly fresh?: boolean;
  /** Who may talk, where strangers can be let in. */
  readonly people?: People;
  /** Fetches the files of messages; absent: agents are given none. */
  readonly attachments?: Attachments;
  /** The process above, and the version of its code. */
  readonly supervisor?: { readonly supervisorPid: number; readonly supervisorVersion: string };
}
