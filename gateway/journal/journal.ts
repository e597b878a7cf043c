import type { JsonValue, MessageEvent, Outcome, StoredMessage } from '../core/message.ts';
import type { Order } from '../core/order.ts';
import type { Outbound } from '../core/outbox.ts';
import type { ClaimedTurn, StepRecord, TurnRef } from '../core/turn.ts';
import type {
  AcceptOptions,
  Adoption,
  Claim,
  ClaimResult,
  Counts,
  DeadInstances,
  DeadLetter,
  Directive,
  EndReceipt,
  ForgetOptions,
  Forgotten,
  InstanceRow,
  NewDirective,
  NewMessage,
  NewOutbound,
  OutboxClaim,
  Peer,
  PeerRow,
  Receipt,
  RunningRow,
  SendRow,
  SessionRow,
  SettleOptions,
  TranscriptRow,
  TurnResultRow,
} from './records.ts';

export type * from './records.ts';

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
  /**
   * Keeps what an agent needs to find its own session again. `false`: stale. `machine`: that session is there, and
   * the lane's turns go to no other machine's instance while one of this machine lives and is not draining.
   */
  saveAgentState(ref: TurnRef, state: JsonValue, machine?: string): Promise<boolean>;
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
  join(instance: InstanceRow & { readonly peer?: Peer | undefined }): Promise<void>;
  /** Extends an instance's life, or says `false` when it was voided meanwhile: it must stop writing. */
  renew(
    instance: string,
    patch: { now: number; until: number; draining?: boolean },
  ): Promise<boolean>;
  leave(instance: string): Promise<void>;
  instances(): Promise<InstanceRow[]>;
  /** The same instances, and how each is heard directly. */
  peers(): Promise<PeerRow[]>;
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
