/**
 * That a journal was moved, kept in the journal itself: an older place of it must not be opened again by
 * mistake, for what waits there would be answered twice.
 *
 *     (none) ─▶ away                 it goes on elsewhere; moved back, it is replaced whole
 *     arriving ─▶ arrived ─▶ away    it came from elsewhere; while it is `arriving`, not all is there
 */
export interface Mark {
  /** Of the move; both places have the same. */
  readonly id: string;
  readonly state: 'away' | 'arriving' | 'arrived';
  /** The other place, for people. */
  readonly other: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The name of the cursor that holds it: a table that every version has. */
export const MARK_NAME = 'journal:moved';

/** The statement that reads it, in either engine. */
export const markSql = (cursors: string): string =>
  `SELECT value FROM ${cursors} WHERE name = '${MARK_NAME}'`;

export function markOf(row: { readonly value: string } | undefined): Mark | undefined {
  return row === undefined ? undefined : (JSON.parse(row.value) as Mark);
}

/** Why a gateway must not open what has this mark, and what to do; undefined where it may. */
export function whyMarked(mark: Mark | undefined): { what: string; mend: string } | undefined {
  if (mark === undefined || mark.state === 'arrived') return undefined;
  const day = new Date(mark.at).toISOString().slice(0, 16).replace('T', ' ');
  if (mark.state === 'arriving') {
    return {
      what: `a move of it from ${mark.other} began at ${day} UTC and did not end`,
      mend: 'Run `sluice journal move --to home` again',
    };
  }
  return {
    what: `it was moved to ${mark.other} at ${day} UTC`,
    mend: `Use that one (docs/fleet.md), or take it back with \`sluice journal move\``,
  };
}
