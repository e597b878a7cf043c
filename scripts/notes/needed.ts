/** A commit that takes another back says so; a mere "This reverts …" in a feature's text does not. */
export const SAYS_SO =
  /\b(?:re-?vert|re-?apply|re-?land|back(?:s|ed|ing)? ?out|roll(?:s|ed|ing)? ?back|undo)/i;

/** What a footer of a breaking change begins with. */
export const BREAKING = /BREAKING[ -]CHANGE/i;

/** What `git cherry-pick -x` writes. */
export const PICKED = /\(cherry picked from commit ([0-9a-f]{7,40})\)/g;

/**
 * As much of a message as notes are made of, so that a long range is not kept whole: all of one that takes something
 * back, was picked, or breaks something; of any other its subject.
 */
export function neededOf(subject: string, message: string): string {
  if (SAYS_SO.test(subject) || message.includes('(cherry picked from commit ')) return message;
  return BREAKING.test(message) ? message : subject;
}
