import type { Order } from './order.ts';

/** What a gateway is doing, as it says itself. */
export type GatewayState = 'starting' | 'running' | 'draining' | 'stopped';

/** Whether an account's receive path lives. `retrying` is never final; `failed` needs a person. */
export interface Liveness {
  readonly state: 'starting' | 'live' | 'retrying' | 'failed' | 'stopped';
  /** Last time something was heard from the platform, epoch milliseconds. */
  readonly heardAt?: number;
  /** For retrying and failed: what is wrong, and what to do. */
  readonly reason?: string;
}

export interface PlatformStatus extends Liveness {
  readonly platform: string;
  readonly account: string;
  /** Where people reach it: a URL, a bot's name. */
  readonly where?: string;
}

export interface TurnStatus {
  readonly turn: string;
  readonly lane: string;
  readonly session: string;
  readonly message: string;
  readonly who: string;
  readonly platform: string;
  readonly attempt: number;
  readonly instance: string;
  readonly startedAt: number;
  readonly lastProgressAt: number;
  readonly step?: string;
  /** What it waits for, when it is not working. */
  readonly waitingFor?: 'human';
  readonly background: boolean;
}

/** A turn that another instance runs, as the journal knows it. */
export type TurnElsewhere = Pick<
  TurnStatus,
  'turn' | 'lane' | 'session' | 'message' | 'who' | 'platform' | 'attempt' | 'startedAt'
>;

/** Whether another instance of the fleet is heard directly: its turns are shown here as they run. */
export interface PeerStatus {
  readonly instance: string;
  readonly machine: string;
  /** `host:port`; absent: it offers none. */
  readonly address?: string;
  readonly heard: boolean;
  /** Epoch milliseconds since when. */
  readonly since: number;
  /** Why it is not heard: its replies come whole, by the journal. */
  readonly reason?: string;
}

export interface Status {
  readonly state: GatewayState;
  /** What was asked of it: it may not be there yet. */
  readonly desired: 'running' | 'stopped' | 'restarted' | 'handed-over';
  readonly instance: string;
  readonly generation: number;
  readonly version: string;
  readonly pid: number;
  /** The parent process, where there is one: signals for the gateway as a whole go to it. */
  readonly supervisor?: number;
  /** Of its code. Another than `version`: a hand-over cannot replace it, `restart --full` does. */
  readonly supervisorVersion?: string;
  readonly startedAt: number;
  /** Epoch milliseconds of this observation. */
  readonly at: number;
  /** Whether whoever comes to this address is served: here or, while this instance hands over, by its successor. */
  readonly ready: boolean;
  /** Why it is not ready. Empty iff ready. */
  readonly reasons: readonly string[];
  readonly busyMode: string;
  readonly activeTurns: number;
  readonly queued: number;
  readonly turns: readonly TurnStatus[];
  readonly platforms: readonly PlatformStatus[];
  readonly agents: readonly {
    readonly name: string;
    readonly type: string;
    readonly isDefault: boolean;
  }[];
  /** The order that is being carried out, or the last one that ended. */
  readonly restart?: Order;
  readonly drain?: Order;
  /** The other instances of a fleet; absent where there can be none. */
  readonly peers?: readonly PeerStatus[];
  /** Earlier instances of this home that still drain. */
  readonly others: readonly {
    readonly instance: string;
    readonly generation: number;
    readonly turns: number;
    /** The first of these turns. `/stop` and `stopTurn` reach them there. Absent: an older version says it. */
    readonly running?: readonly TurnElsewhere[];
  }[];
}
