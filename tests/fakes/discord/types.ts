/** What a test says as a person. */
export interface Said {
  readonly channel: string;
  readonly user: string;
  readonly text?: string;
  readonly mention?: boolean;
  readonly replyTo?: string;
  readonly file?: string;
  /** Edits this message instead of writing a new one. */
  readonly edits?: string;
  /** The session hears nothing of it: as if the gateway had lost it. */
  readonly unheard?: boolean;
}

export interface Kept {
  readonly id: string;
  readonly channel: string;
  readonly author: string;
  readonly bot: boolean;
  content: string;
  deleted: boolean;
  readonly nonce?: string;
  readonly reference?: string;
  readonly components?: unknown;
  readonly attachments: readonly object[];
  edited: string | null;
}

export interface Channel {
  readonly id: string;
  readonly type: number;
  readonly guild_id?: string;
  readonly parent_id?: string;
  readonly owner_id?: string;
  readonly thread_metadata?: { readonly archived: boolean; readonly locked: boolean };
}
