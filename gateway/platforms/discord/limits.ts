/** Discord's limit for one message. */
export const MESSAGE_LIMIT = 2000;
/** Replies are split below it: the mark of a possible repeat and the note of another place need room. */
export const SPLIT_LIMIT = 1850;
