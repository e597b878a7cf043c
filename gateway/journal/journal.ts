import type {
  Address,
  EventName,
  Inbound,
  JsonValue,
  MessageEvent,
  Outcome,
  StoredMessage,
  TranscriptEntry,
} from '../core/message.ts';
import type { Order } from '../core/order.ts';
import type { Outbound, OutboundKind } from '../core/outbox.ts';
import type { ClaimedTurn, StepRecord, TurnEnd, TurnRef, Usage } from '../core/turn.ts';

/**
 * The only durable state that instances share. Every method is one atomic, durable step: when its
 * promise resolves, what it wrote survives the process and (with SQLite's synchronous=FULL) the power.
 * When it rejects with JournalUnavailable nothing was written.
 *
 * Times are epoch milliseconds, given by the caller: the journal has no clock of its own.
 * Calls made in one order take effect in that order.
 */
export interface Journal {
  // ── messages ───────────────────────────────────────────────────────────────
  /** Commits an inbound message, and, if its lane is free and `claim` is given, starts its turn in the same step. */
  accept(message: NewMessage, options: AcceptOptions): Promise<Receipt>;
  /** Gives a queued message, or a command, its outcome without a turn; writes what is to be sent. `false`: it had one already, or runs. */
  settle(message: string, outcome: Outcome, options: SettleOptions): Promise<boolean>;
  message(id: string): Promise<StoredMessage | undefined>;
  /** What happened to a message, in order. */
  trace(id: string): Promise<MessageEvent[]>;
  /** The outcome and reply of a message that is done. */
  replyOf(id: string): Promise<{ outcome: Outcome; text: string } | undefined>;
  /** Messages that wait, oldest first; of one lane or of all. */
  queued(filter: { lane?: string; limit: number }): Promise<StoredMessage[]>;
  /** In and out: accepted messages, and how many have which outcome. `open` = accepted without an outcome. */
  counts(): Promise<Counts>;

  // ── turns ──────────────────────────────────────────────────────────────────
  /** Starts the next turn of one lane if it is free, has something ready and is not held. */
  claim(lane: string, claim: Claim): Promise<ClaimResult>;
  /** Starts up to `limit` turns on whatever lanes are free and have work ready, oldest first. */
  claimAny(claim: Claim, limit: number): Promise<ClaimedTurn[]>;
  /** Records a step before it runs, or its end. `false`: the turn's fence is stale; the step must not run. */
  step(ref: TurnRef, step: StepRecord): Promise<boolean>;
  /** Keeps what an agent needs to find its own session again. `false`: stale. */
  saveAgentState(ref: TurnRef, state: JsonValue): Promise<boolean>;
  /** Ends a turn, gives its messages their outcomes, writes its reply, and claims the lane's next turn, all in one step. */
  endTurn(ref: TurnRef, result: TurnResultRow): Promise<EndReceipt>;
  running(): Promise<RunningRow[]>;

  // ── sending ────────────────────────────────────────────────────────────────
  /** Adds rows that belong to no turn (notices). A row whose id exists is left alone. */
  prepare(rows: readonly NewOutbound[], now: number): Promise<void>;
  /** Marks up to `limit` due rows of one account `sending`, at most the oldest of each lane, and returns them. */
  claimOutbox(options: OutboxClaim): Promise<Outbound[]>;
  /** Writes how sends ended. */
  settleOutbox(results: readonly SendRow[], now: number): Promise<void>;
  /** Remembers what the platform calls a row's placeholder, before its final text is sent. */
  placeholder(outbound: string, platformId: string): Promise<void>;
  /** Marks rows past their time to live `expired`; returns how many. */
  expireOutbox(now: number): Promise<number>;
  /** Whether a row of the lane is not settled yet: what is said now would come before it. */
  owes(lane: string): Promise<boolean>;
  outbox(filter: {
    message?: string;
    state?: Outbound['state'];
    limit: number;
  }): Promise<Outbound[]>;

  // ── sessions ───────────────────────────────────────────────────────────────
  sessions(filter: { lane?: string; search?: string; limit: number }): Promise<SessionRow[]>;
  session(id: string): Promise<SessionRow | undefined>;
  /** Ends the lane's session and starts another; what is queued belongs to the new one. */
  newSession(lane: string, now: number): Promise<SessionRow>;
  /** Another agent starts without the earlier one's model and state; a model of '' is the agent's own. */
  updateSession(
    id: string,
    patch: { title?: string; agent?: string; model?: string },
  ): Promise<void>;
  transcript(session: string, page: { before?: number; limit: number }): Promise<TranscriptRow[]>;

  // ── instances, leases, cursors ─────────────────────────────────────────────
  join(instance: InstanceRow): Promise<void>;
  /** Extends an instance's life, or says `false` when it was voided meanwhile: it must stop writing. */
  renew(instance: string, patch: { until: number; draining?: boolean }): Promise<boolean>;
  leave(instance: string): Promise<void>;
  instances(): Promise<InstanceRow[]>;
  /** Takes over what dead instances left: their turns are suspended and queued again, their sends ambiguous. */
  adopt(dead: DeadInstances, now: number): Promise<Adoption>;
  /** Takes a named lease if it is free, lapsed or already held by this holder. */
  lease(name: string, holder: string, now: number): Promise<boolean>;
  release(name: string, holder: string): Promise<void>;
  leaseHolder(name: string): Promise<string | undefined>;
  cursor(name: string): Promise<JsonValue | undefined>;
  /** `null` forgets it. */
  setCursor(name: string, value: JsonValue): Promise<void>;

  // ── orders and directives ──────────────────────────────────────────────────
  /** Records an order, or returns the open one of its kind. */
  order(order: Order): Promise<{ order: Order; created: boolean }>;
  updateOrder(
    id: string,
    patch: Partial<
      Pick<Order, 'state' | 'reason' | 'deadline' | 'force' | 'whenIdle' | 'successor' | 'endedAt'>
    >,
  ): Promise<Order | undefined>;
  orders(filter: { state?: Order['state']; limit: number }): Promise<Order[]>;
  /** Leaves a small order for the instance that runs a turn. */
  direct(directive: NewDirective): Promise<void>;
  /** Takes the directives meant for an instance; each is handed out once. */
  takeDirectives(instance: string): Promise<Directive[]>;

  // ── dead letters ───────────────────────────────────────────────────────────
  deadLetters(limit: number): Promise<DeadLetter[]>;
  deadLetter(id: string): Promise<DeadLetter | undefined>;
  /** Queues a dead message, or prepares a failed row, again. `false`: there is no such dead letter. */
  retryDead(id: string, now: number): Promise<boolean>;
  dropDead(id: string, now: number): Promise<boolean>;

  // ── keeping ────────────────────────────────────────────────────────────────
  /**
   * Forgets what is over since before a time, a bounded piece at a time: messages with their events,
   * turns, steps and sent replies. What is open stays, and so do dead letters until they are dropped,
   * and transcripts. A message that is forgotten is no longer known when it is delivered again.
   */
  forget(options: ForgetOptions): Promise<Forgotten>;

  /** Called when another process has committed. Returns the way to stop listening. */
  onForeignCommit(listener: () => void): () => void;
  /** Finishes what was asked for, then closes. Later calls reject. */
  close(): Promise<void>;
}

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
  readonly historyLimit: number;
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

export interface NewOutbound {
  readonly id: string;
  readonly address: Address;
  readonly lane: string;
  readonly kind: OutboundKind;
  readonly text: string;
  readonly chunk: number;
  readonly chunks: number;
  readonly message?: string;
  readonly context?: JsonValue;
  readonly platformId?: string;
  /** Epoch milliseconds after which it is not worth sending any more. */
  readonly expiresAt: number;
}

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

export interface SessionRow {
  readonly id: string;
  readonly lane: string;
  readonly address: Address;
  readonly title?: string;
  readonly agent?: string;
  readonly model?: string;
  readonly createdAt: number;
  readonly lastAt: number;
  readonly endedAt?: number;
  readonly messages: number;
  readonly usage: Usage;
}

export interface TranscriptRow extends TranscriptEntry {
  readonly seq: number;
  readonly at: number;
  readonly message?: string;
  readonly turn?: string;
}

export interface InstanceRow {
  readonly id: string;
  readonly generation: number;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  /** Its lease, and with it every lane it holds, ends here unless renewed. */
  readonly until: number;
  readonly draining: boolean;
}

/**
 * Which instances are dead: all but `alive` (a supervisor knows its children), or those whose lease
 * lapsed before `now` (a fleet).
 */
export type DeadInstances = { readonly allBut: readonly string[] } | { readonly lapsed: true };

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
