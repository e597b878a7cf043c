import type { Ident, Person } from './model.ts';

/** Evidence is a line to be read, not a file: some commits have all their text in one line. */
const LINE_SHOWN = 400;

/**
 * Somebody's text as it may be shown: what would steer a terminal, or turn the direction of the
 * text that follows, is gone; a tab or a line's end is a blank.
 */
export function visible(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text
    .replace(/[\t\r\n\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '');
}

/** The line of an evidence, as it may be shown. */
export function shownLine(line: string): string {
  const text = visible(line);
  return text.length > LINE_SHOWN ? `${text.slice(0, LINE_SHOWN)}…` : text;
}

export function visibleIdent({ name, email }: Ident): Ident {
  return { name: visible(name), email: visible(email) };
}

/** A person with all that others wrote of them fit to be shown; their evidence is already. */
export function tidy(person: Person): Person {
  const { name, names, emails, joins, remarks } = person;
  const isPlain =
    [name, ...names, ...emails, ...remarks].every((text) => visible(text) === text) &&
    joins.every(({ what, reason }) => visible(what) === what && visible(reason) === reason);
  if (isPlain) return person;
  return {
    ...person,
    name: visible(name),
    names: names.map(visible),
    emails: emails.map(visible),
    joins: joins.map((join) => ({
      ...join,
      what: visible(join.what),
      reason: visible(join.reason),
    })),
    remarks: remarks.map(visible),
  };
}
