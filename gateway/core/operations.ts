import type { Address, MessageEvent, Outcome, TranscriptEntry } from './message.ts';
import type { Order } from './order.ts';
import type { Status } from './status.ts';
import type { Usage } from './turn.ts';

/**
 * Everything a person can ask of a running gateway, whoever carries the question: the control socket,
 * the page, a slash command. One implementation, so that all of them say the same.
 * @throws RequestError for something that is not there or not possible now.
 */
export interface Operations {
  status(): Promise<Status>;
  /** Places a restart order, or returns the open one and starts nothing. */
  restart(request: RestartRequest): Promise<Order>;
  /** Takes the open restart order back, while that is still possible. */
  cancelRestart(): Promise<Order>;
  /** Takes no new turns until cancelled or past the deadline; messages are accepted and wait. RunQuestions again renews. */
  drain(request: { by: string; deadlineMs?: number }): Promise<Order>;
  cancelDrain(): Promise<Order>;
  order(id: string): Promise<Order | undefined>;
  /** Drains, then ends with exit code 0. Resolves when begun. */
  stop(request: { by: string; force: boolean }): Promise<void>;

  sessions(filter: { search?: string; lane?: string; limit?: number }): Promise<SessionView[]>;
  transcript(session: string, page: { before?: number; limit?: number }): Promise<TranscriptView[]>;
  newSession(lane: string): Promise<SessionView>;
  renameSession(session: string, title: string): Promise<void>;

  /** Messages that wait, oldest first. */
  queue(filter: { lane?: string; limit?: number }): Promise<QueuedView[]>;
  /** Takes a waiting message out of the queue; its outcome is `cancelled`. */
  removeQueued(message: string, by: string): Promise<void>;
  /** Ends a running turn and keeps what it has said. */
  stopTurn(turn: string, by: string): Promise<void>;
  /** Answers a turn's question to the person. */
  answer(turn: string, question: string, option: string): Promise<void>;
  trace(message: string): Promise<{ message: MessageView; events: MessageEvent[] }>;

  deadLetters(): Promise<DeadLetterView[]>;
  deadLetter(id: string): Promise<DeadLetterView>;
  retryDead(id: string): Promise<void>;
  dropDead(id: string): Promise<void>;

  /** Strangers whose code can still be approved, and people who were let in by one. */
  pairings(): Promise<readonly PairingView[]>;
  /** Lets in whoever was told the code, and tells them. Tries are counted: codes cannot be guessed. */
  approvePairing(code: string): Promise<PairingView>;
  /** Takes a let-in back. */
  revokePairing(who: PairedPerson): Promise<void>;

  /** Slash commands that a chat platform can offer. */
  commands(): readonly CommandView[];
  /** `models`: what `/model` may choose, where the agent has a choice. */
  agents(): readonly {
    name: string;
    type: string;
    isDefault: boolean;
    models?: readonly string[];
  }[];
}

export interface RestartRequest {
  readonly by: string;
  readonly force?: boolean;
  readonly full?: boolean;
  readonly whenIdle?: boolean;
  readonly tell?: Order['tell'];
  /** Asked from within a turn, by its agent's tool or by a hook: that chat is told, after the turn. */
  readonly within?: { readonly turn?: string; readonly session?: string };
}

export interface SessionView {
  readonly id: string;
  readonly lane: string;
  readonly address: Address;
  readonly title?: string;
  readonly agent?: string;
  readonly model?: string;
  readonly createdAt: number;
  readonly lastAt: number;
  readonly ended: boolean;
  readonly messages: number;
  readonly usage: Usage;
}

export interface TranscriptView extends TranscriptEntry {
  readonly seq: number;
  readonly at: number;
  readonly message?: string;
  readonly turn?: string;
}

export interface QueuedView {
  readonly id: string;
  readonly lane: string;
  readonly session: string;
  readonly who: string;
  readonly text: string;
  readonly receivedAt: number;
}

export interface MessageView extends QueuedView {
  readonly address: Address;
  readonly updateId: string;
  readonly state: 'queued' | 'running' | 'done';
  readonly outcome?: Outcome;
  readonly reply?: string;
}

export interface DeadLetterView {
  readonly id: string;
  readonly what: 'message' | 'outbound';
  readonly address: Address;
  readonly text: string;
  readonly reason: string;
  readonly at: number;
}

/** Somebody on one account of a platform. */
export interface PairedPerson {
  readonly platform: string;
  readonly account: string;
  readonly id: string;
}

export interface PairingView extends PairedPerson {
  readonly name?: string;
  readonly state: 'asked' | 'approved';
  /** For `asked`: what approves it. */
  readonly code?: string;
  /** Epoch milliseconds: when the code was told, or when they were let in. */
  readonly at: number;
}

export interface CommandView {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly args?: string;
  readonly help: string;
  readonly category: string;
}
