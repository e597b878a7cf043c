import type {
  Address,
  EventName,
  Inbound,
  JsonValue,
  Outcome,
  StoredMessage,
  TranscriptEntry,
} from '../core/message.ts';
import type { SessionView } from '../core/operations.ts';
import type { Outbound } from '../core/outbox.ts';
import type { ClaimedTurn, TurnEnd, TurnRef, Usage } from '../core/turn.ts';

export interface NewMessage extends Inbound {
  readonly id: string;
  readonly lane: string;
  readonly kind: StoredMessage['kind'];
  readonly receivedAt: number;
  /** A command that takes no place in its lane's order: it is running from its commit on. */
  readonly atOnce?: boolean;
}

/** Everything a journal needs to start a turn for an instance. One that has not joined, or was declared dead, gets none. */
export interface Claim {
  readonly holder: string;
  readonly now: number;
  readonly burstWindowMs: number;
}

export interface AcceptOptions {
  readonly now: number;
  /** Absent while draining: the message is committed and waits for the successor. */
  readonly claim?: Claim;
  /** Messages that may wait in one lane; one more is not accepted. */
  readonly queueLimit: number;
  /** The instance that carries an at-once command out, if `claim` does not name it. Without one, any later instance may adopt it. */
  readonly holder?: string;
  /** A receive cursor that moves in the same step. */
  readonly cursor?: { readonly name: string; readonly value: JsonValue };
}

export type Receipt =
  | {
      readonly status: 'accepted';
      readonly id: string;
      readonly seq: number;
      readonly session: string;
      /** Messages that wait before it in its lane. */
      readonly ahead: number;
      /** The turn that was started in the same step. It need not be this message's. */
      readonly turn?: ClaimedTurn;
      /** The turn that keeps the lane busy. */
      readonly running?: RunningRow;
      /** When a burst that it belongs to is ready, if nothing more comes. */
      readonly readyAt?: number;
    }
  | {
      readonly status: 'duplicate';
      readonly id: string;
      readonly session: string;
      readonly state: StoredMessage['state'];
      readonly outcome?: Outcome;
      /** SHA-256 of the first delivery's text and history: tells a retry from another request under the same id. */
      readonly bodyHash: string;
    }
  | { readonly status: 'full'; readonly queued: number };

export interface ClaimResult {
  readonly turn?: ClaimedTurn;
  /** When to ask again: a burst is still growing. */
  readonly readyAt?: number;
}

export interface SettleOptions {
  readonly now: number;
  readonly outbound: readonly NewOutbound[];
  readonly detail?: JsonValue;
  /** For `steered`: the turn it went into. */
  readonly turn?: string;
  /** Also settle a command that runs. Without it only a queued message is settled. */
  readonly evenRunning?: boolean;
  /** Rows are written as `sending` for this holder: it sends them right away. */
  readonly sender?: string;
}

/** A row that is to be sent, before the journal knows it. */
export type NewOutbound = Pick<
  Outbound,
  | 'id'
  | 'address'
  | 'lane'
  | 'kind'
  | 'text'
  | 'chunk'
  | 'chunks'
  | 'message'
  | 'context'
  | 'platformId'
> & {
  /** Epoch milliseconds after which it is not worth sending any more. */
  readonly expiresAt: number;
};

export interface TurnResultRow {
  readonly end: TurnEnd;
  readonly now: number;
  /** Outcome of the turn's first message; the others are `merged`. Absent iff suspended. */
  readonly outcome?: Outcome;
  readonly outbound: readonly NewOutbound[];
  /** Lines for the transcript; none for a stateless turn. */
  readonly transcript: readonly TranscriptEntry[];
  readonly usage?: Usage;
  readonly error?: string;
  /** What the model thought, for the trace: told with the outcome of the turn's first message. */
  readonly reasoning?: string;
  /** Claim the lane's next turn in the same step. Absent while draining: the lane is let go. */
  readonly claim?: Claim;
  /** As in SettleOptions. */
  readonly sender?: string;
}

export type EndReceipt =
  | { readonly accepted: false }
  | {
      readonly accepted: true;
      readonly outbox: readonly Outbound[];
      readonly next?: ClaimedTurn;
      readonly readyAt?: number;
    };

export interface RunningRow extends TurnRef {
  readonly holder: string;
  readonly holderDraining: boolean;
  readonly holderGeneration: number;
  /** Generations can be compared within one machine only. */
  readonly holderMachine: string;
  readonly session: string;
  readonly attempt: number;
  readonly message: string;
  readonly startedAt: number;
}

export interface OutboxClaim {
  readonly platform: string;
  readonly account: string;
  readonly holder: string;
  readonly now: number;
  readonly limit: number;
}

export type SendRow =
  | { readonly id: string; readonly state: 'sent'; readonly platformId?: string }
  | { readonly id: string; readonly state: 'failed'; readonly error: string }
  /** Not sent for certain: back to prepared, due at `retryAt`. */
  | {
      readonly id: string;
      readonly state: 'prepared';
      readonly retryAt: number;
      readonly error: string;
    }
  /** The request may have taken effect. */
  | {
      readonly id: string;
      readonly state: 'ambiguous';
      readonly retryAt: number;
      readonly error: string;
    };

export interface SessionRow extends Omit<SessionView, 'ended'> {
  readonly endedAt?: number;
}

export interface TranscriptRow extends TranscriptEntry {
  readonly seq: number;
  readonly at: number;
  readonly message?: string;
  readonly turn?: string;
}

export interface InstanceRow {
  readonly id: string;
  /** The home that it runs from. Who is above an instance knows which others of the same home live. */
  readonly machine: string;
  readonly generation: number;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  /** Its lease, and with it every lane it holds, ends here unless renewed. */
  readonly until: number;
  readonly draining: boolean;
}

/** How other instances hear an instance directly. */
export interface Peer {
  /** `host:port`. */
  readonly address: string;
  /** Whoever has it may read the journal. Shown to nobody. */
  readonly key: string;
}

export interface PeerRow {
  readonly instance: string;
  readonly machine: string;
  /** Absent: it offers nothing. */
  readonly peer?: Peer;
}

/**
 * Which instances are dead: those of a machine that are not among `allBut` (a supervisor knows its children),
 * or those of any machine whose lease lapsed (a fleet).
 */
export type DeadInstances =
  | { readonly machine: string; readonly allBut: readonly string[] }
  | { readonly lapsed: true };

export interface Adoption {
  /** Instances found dead. */
  readonly instances: readonly string[];
  /** Turns that were cut off; their messages are queued again at the head of their lanes. */
  readonly turns: readonly TurnRef[];
  /** Sends that may have happened. */
  readonly ambiguous: readonly Outbound[];
  /** At-once commands that had no outcome yet. */
  readonly commands: readonly StoredMessage[];
}

export interface NewDirective {
  readonly id: string;
  readonly to: string;
  readonly turn: string;
  readonly kind: 'interrupt' | 'steer' | 'answer';
  readonly payload?: JsonValue;
  readonly now: number;
}
export type Directive = Omit<NewDirective, 'now'>;

/** A message that could not be answered, or a reply that could not be sent. */
export interface DeadLetter {
  readonly id: string;
  readonly what: 'message' | 'outbound';
  readonly address: Address;
  readonly lane: string;
  readonly text: string;
  readonly reason: string;
  readonly at: number;
}

export interface Counts {
  readonly accepted: number;
  readonly open: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly outbox: Readonly<Record<Outbound['state'], number>>;
}

export type { EventName };

export interface ForgetOptions {
  /** What was over before this goes. */
  readonly before: number;
  /** Where the last piece ended; absent: from the oldest on. */
  readonly after?: number;
  /** How many messages to look at. */
  readonly limit: number;
}

export interface Forgotten {
  /** Messages that went. */
  readonly messages: number;
  /** Where the next piece begins; absent when there is none. */
  readonly next?: number;
  /** What the journal holds, in bytes. Room that is free again is not counted: it is used anew. */
  readonly bytes: number;
}
