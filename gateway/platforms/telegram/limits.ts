/** Telegram's limit for one message, in UTF-16 units after its entities are taken out. */
export const MESSAGE_LIMIT = 4096;
/** Replies are split below it: the mark of a possible repeat and the note of another place need room. */
export const SPLIT_LIMIT = 3950;
