/** Where a conversation is shown: a terminal, or plain text in a pipe. */
export interface View {
  /** A line that stays: `you` is what was typed, `note` is about the conversation. */
  line(text: string, tone: 'you' | 'reply' | 'note'): void;
  /** More of the reply that is being said; `endReply` ends its last line. */
  more(text: string): void;
  endReply(): void;
  /** The one line that says what is going on now; empty: nothing. */
  status(text: string): void;
}
