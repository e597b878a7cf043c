import type { Evidence, Ident, Person } from './model.ts';

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

/** Evidence whose line may be shown; the same object where it may be shown already. */
export function visibleEvidence(evidence: Evidence): Evidence {
  const line = cut(visible(evidence.line));
  const note = evidence.note === undefined ? undefined : visible(evidence.note);
  if (line === evidence.line && note === evidence.note) return evidence;
  return { ...evidence, line, ...(note === undefined ? {} : { note }) };
}

export function visibleIdent({ name, email }: Ident): Ident {
  return { name: visible(name), email: visible(email) };
}

const PLAIN = /^[ -~]{0,400}$/;

/** Nearly everybody: nothing about them has to be changed. */
function isPlain({ name, names, emails, joins, credits }: Person): boolean {
  return (
    PLAIN.test(name) &&
    names.every((each) => PLAIN.test(each)) &&
    emails.every((each) => PLAIN.test(each)) &&
    joins.every(({ what, reason }) => PLAIN.test(what) && PLAIN.test(reason)) &&
    credits.every(({ evidence }) =>
      evidence.every(({ line, note }) => PLAIN.test(line) && PLAIN.test(note ?? '')),
    )
  );
}

/** A person with all that others wrote of them fit to be shown. */
export function tidy(person: Person): Person {
  if (isPlain(person) && person.remarks.every((each) => PLAIN.test(each))) return person;
  const texts = [person.name, ...person.names, ...person.emails, ...person.remarks];
  for (const { what, reason } of person.joins) texts.push(what, reason);
  const credits = person.credits.map((credit) => {
    const evidence = credit.evidence.map(visibleEvidence);
    const same = evidence.every((each, index) => each === credit.evidence[index]);
    return same ? credit : { ...credit, evidence };
  });
  const same = credits.every((each, index) => each === person.credits[index]);
  if (same && texts.every((text) => visible(text) === text)) return person;
  return {
    ...person,
    name: visible(person.name),
    names: person.names.map(visible),
    emails: person.emails.map(visible),
    joins: person.joins.map((join) => ({
      ...join,
      what: visible(join.what),
      reason: visible(join.reason),
    })),
    credits,
    remarks: person.remarks.map(visible),
  };
}

function cut(line: string): string {
  return line.length > LINE_SHOWN ? `${line.slice(0, LINE_SHOWN)}…` : line;
}
