/** What a test says as a person. */
export interface Said {
  readonly chat: number;
  readonly user: number;
  readonly text?: string;
  readonly caption?: string;
  readonly name?: string;
  readonly type?: 'private' | 'group' | 'supergroup';
  readonly thread?: number;
  /** The id of the message it answers, and who wrote that. */
  readonly replyTo?: number;
  readonly replyToBot?: boolean;
  readonly album?: string;
  readonly photo?: string;
  readonly document?: string;
  readonly voice?: string;
  /** Edits this message instead of writing a new one. */
  readonly edits?: number;
}

/** One message of a chat as the fake keeps it. */
export interface Kept {
  readonly chat: string;
  readonly id: number;
  readonly bot: boolean;
  /** When it was written, in milliseconds of the fake's own monotonic clock. */
  readonly at: number;
  text: string;
  deleted: boolean;
  readonly thread?: number;
  readonly replyTo?: number;
  /** Texts it had before, oldest first. */
  readonly versions: string[];
  keyboard?: { text: string; callback_data: string }[][];
}

/** What becomes of a topic of a forum. General is `1`; who wants to write there names no topic. */
export interface TopicChange {
  readonly chat: string;
  readonly thread: number;
  readonly state: 'open' | 'closed' | 'deleted';
}
