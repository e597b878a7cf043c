import type { Log } from '../core/log.ts';
import type { Attachment, Inbound, JsonValue, Outcome } from '../core/message.ts';
import type { Operations } from '../core/operations.ts';
import type { Outbound, SendClass } from '../core/outbox.ts';
import type { Progress, ProgressListener } from '../core/progress.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Liveness } from '../core/status.ts';
import type { Usage } from '../core/turn.ts';

/**
 * How an account's input moves between instances. shared: several receive at once (HTTP).
 * cursor: one does; it commits its place and the next goes on from there. exclusive: one connection.
 */
export type TakeOver = 'shared' | 'cursor' | 'exclusive';

/**
 * One account on one chat platform. An adapter turns the platform's updates into `Inbound` and
 * `Outbound` rows into the platform's requests; order, durability, retries and leases are not its
 * business. It knows neither the journal nor another adapter.
 */
export interface Platform {
  readonly platform: string;
  readonly account: string;
  readonly takeOver: TakeOver;
  /** How long one text may be is the platform's: a reply is split once, when its row is written. */
  split(text: string): readonly string[];
  /** What can be proven of a send of this row that was cut off. */
  sendClass(row: Outbound): SendClass;
  /**
   * Starts to receive. Resolves when input flows or is being retried; rejects only when it can never
   * work as configured (ConfigError). Called again by a later instance after a hand-over.
   */
  start(host: Host): Promise<void>;
  /** Takes no further input and commits the cursor, without ending the platform's own session. Sending goes on. */
  stopReceiving(): Promise<void>;
  /**
   * After `stopReceiving` in a hand-over: resolves when nothing can come in any more over what is still
   * open, connections say. Until then the instance goes on committing. Absent: nothing can.
   */
  receivedLast?(): Promise<void>;
  /** Sends one row. Called for at most one row of a lane at a time, in order. Never rejects. */
  send(row: Outbound, signal: AbortSignal): Promise<SendResult>;
  /** For `can-be-asked`: the platform's id of a row that did arrive. */
  find?(row: Outbound): Promise<string | undefined>;
  /** Opens a file that a message of this account carries, by the platform's own handle. */
  open?(attachment: Attachment, signal: AbortSignal): Promise<OpenedFile>;
  /** Shows progress (typing, streamed text). Best effort: called often, must not throw or block. */
  progress?(progress: Progress): void;
  /** It shows a turn's questions itself, with buttons. Absent: they are written out, and answered by number. */
  readonly asks?: boolean;
  liveness(): Liveness;
  /** Where people reach it. */
  where?(): string | undefined;
  /** Ends everything. Bounded by the caller. */
  close(): Promise<void>;
}

/** A file as it comes from a platform; the reader enforces its own limits and ends the stream early. */
export interface OpenedFile {
  readonly body: AsyncIterable<Uint8Array>;
  readonly type?: string;
}

export type SendResult =
  | { readonly ok: true; readonly platformId?: string }
  /** The platform said no and will say so again. */
  | { readonly ok: false; readonly kind: 'permanent'; readonly error: string }
  /** It certainly did not take effect; `retryAfterMs` where the platform says when. */
  | {
      readonly ok: false;
      readonly kind: 'transient';
      readonly error: string;
      readonly retryAfterMs?: number;
    }
  /** The request left and no answer came. */
  | { readonly ok: false; readonly kind: 'unknown'; readonly error: string }
  /**
   * Nothing was sent now. What this row was to replace is gone, so nothing can be proven any more of the
   * attempt that was cut off. Only for a row that is `ambiguous`; it counts as `blind` from here on.
   */
  | { readonly ok: false; readonly kind: 'unprovable'; readonly error: string };

/** What became of a message that was handed to the gateway. */
export type Received =
  | {
      readonly accepted: true;
      readonly id: string;
      readonly lane: string;
      readonly session: string;
      readonly duplicate: boolean;
      /** For a duplicate: SHA-256 of what was first sent under this id. */
      readonly bodyHash?: string;
      readonly ahead: number;
    }
  | ({ readonly accepted: false } & Refusal);

export interface Settled {
  readonly message: string;
  readonly outcome: Outcome;
  readonly text: string;
  /** One line, for `dead`: what went wrong. */
  readonly error?: string;
  /** Where the agent told it. */
  readonly usage?: Usage;
}

/** The gateway as an adapter sees it. */
export interface Host {
  /**
   * Commits a message. Only after it resolves may the platform be acknowledged.
   * @throws JournalUnavailable when it could not be committed: do not acknowledge, try again later.
   */
  receive(message: Inbound, options?: { cursor?: JsonValue }): Promise<Received>;
  /** Resolves when the message has its outcome and its reply is committed; rejects only when `signal` aborts. */
  settled(message: string, signal?: AbortSignal): Promise<Settled>;
  /** This account's receive cursor. */
  cursor(): Promise<JsonValue | undefined>;
  setCursor(value: JsonValue): Promise<void>;
  /**
   * Keeps what the platform calls the placeholder that a running turn's reply will replace, and
   * returns the one in force; without an id it only asks. Durable when it resolves: the reply's first
   * row then carries it as `platformId`. Absent: the gateway keeps none, so none may be sent.
   */
  placeholder?(turn: string, platformId?: string): Promise<string | undefined>;
  /**
   * Whether something older of the lane is still to be sent: a placeholder that is posted now would
   * stand before it. Absent: nothing ever is.
   */
  owes?(lane: string): Promise<boolean>;
  /** Progress of every lane. Returns the way to stop listening. */
  subscribe(listener: ProgressListener): () => void;
  /** Liveness has changed: status and readiness are computed anew. */
  changed(): void;
  readonly operations: Operations;
  readonly log: Log;
}
