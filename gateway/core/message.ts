/** Where a conversation takes place. `account` names one of the gateway's own accounts on a platform. */
export interface Address {
  readonly platform: string;
  readonly account: string;
  readonly chat: string;
  readonly thread?: string;
}

/** Who wrote. An owner may give operational orders (`/restart`, `/drain`); a guest may only talk. */
export interface Sender {
  readonly id: string;
  readonly name?: string;
  readonly role: 'owner' | 'guest';
}

export type AttachmentKind = 'photo' | 'video' | 'voice' | 'document';

/** A file by reference: `ref` is the platform's own handle, or `sha256:…` once it is in the store. */
export interface Attachment {
  readonly kind: AttachmentKind;
  readonly ref: string;
  readonly name?: string;
  readonly type?: string;
  /** Bytes, where the platform says so. */
  readonly size?: number;
}

/** One line of a conversation, as an agent is given it. */
export interface TranscriptEntry {
  readonly role: 'user' | 'assistant' | 'system';
  readonly text: string;
  readonly attachments?: readonly Attachment[];
}

/**
 * A message as a platform hands it to the gateway.
 *
 * `updateId` is the platform's own identity of the delivery: a second delivery with the same
 * (platform, account, updateId) is the same message, commands included.
 */
export interface Inbound {
  readonly address: Address;
  readonly updateId: string;
  readonly sender: Sender;
  /** A private chat between the sender and the account. Such a lane is never shared between people. */
  readonly direct: boolean;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** The platform's id of the album this belongs to; items of one album merge whatever their timing. */
  readonly album?: string;
  /** What to do when the lane is busy, where the source decides (API requests always queue). */
  readonly busy?: BusyMode;
  /**
   * A stateless request brings its own history and leaves nothing behind; its lane serves it alone.
   * Stored with the message, so that a crash in between loses nothing.
   */
  readonly stateless?: { readonly history: readonly TranscriptEntry[] };
  /** The agent or model asked for by this one request. */
  readonly model?: string;
  /** Whatever the platform needs again when it sends the reply (a reply-to id, say). JSON. */
  readonly context?: JsonValue;
}

/** An inbound message as the journal holds it. `seq` is the order fixed at commit. */
export interface StoredMessage extends Inbound {
  readonly id: string;
  readonly seq: number;
  readonly lane: string;
  readonly session: string;
  readonly kind: 'message' | 'command' | 'background';
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly state: MessageState;
  readonly outcome?: Outcome;
}

/** queued: waits for its turn. running: in a turn. done: has its one outcome. */
export type MessageState = 'queued' | 'running' | 'done';

/** The one final fate of an inbound message. Every accepted message gets exactly one. */
export type Outcome = 'answered' | 'merged' | 'steered' | 'rejected' | 'cancelled' | 'dead';
export const OUTCOMES: readonly Outcome[] = [
  'answered',
  'merged',
  'steered',
  'rejected',
  'cancelled',
  'dead',
];

/** What happened to a message, in order. The last is always its outcome. */
export type EventName =
  | 'accepted'
  | 'queued'
  | 'duplicate'
  | 'started'
  | 'step'
  | 'waiting'
  | 'interrupted'
  | 'suspended'
  | 'adopted'
  | 'retried'
  | 'sent'
  | 'send-failed'
  | 'send-ambiguous'
  | Outcome;

export interface MessageEvent {
  readonly message: string;
  readonly name: EventName;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly detail?: JsonValue;
}

export type BusyMode = 'interrupt' | 'queue' | 'steer';
export const BUSY_MODES: readonly BusyMode[] = ['interrupt', 'queue', 'steer'];

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
