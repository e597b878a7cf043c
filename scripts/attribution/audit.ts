import { isContributor, isNamed } from '../notes/contributors.ts';
import type { Notes } from '../notes/read.ts';
import type { Attribution } from './attribute.ts';
import { EXIT } from './errors.ts';
import type { Person } from './model.ts';

/** What an audit found. */
export interface Audit {
  readonly attribution: Attribution;
  /** People with a credit whom the notes don't name; absent without notes. */
  readonly missing?: readonly Person[];
  /** Handles in the notes' contributor list without any credit, with their line. */
  readonly unearned?: readonly { readonly handle: string; readonly line: number }[];
  readonly exitCode: number;
}

/**
 * Compares people with notes. Exit code 2 (a needed fact is missing) wins over 1 (findings);
 * the report has both.
 */
export function audit(attribution: Attribution, notes?: Notes, strict = false): Audit {
  const contributors = attribution.people.filter(isContributor);
  const missing = notes && contributors.filter((person) => !isNamed(person, notes));
  const unearned = notes && unearnedIn(notes, attribution);
  const findings =
    (missing?.length ?? 0) + (unearned?.length ?? 0) > 0 ||
    // A source nobody could name is a person left out, notes or not.
    attribution.unresolved.some((each) => each.kind === 'source pull request') ||
    (strict && attribution.unresolved.length > 0);
  const exitCode =
    attribution.incomplete.length > 0
      ? EXIT.cannotCheck
      : findings && (notes !== undefined || strict)
        ? EXIT.findings
        : EXIT.ok;
  return {
    attribution,
    ...(missing === undefined ? {} : { missing }),
    ...(unearned === undefined ? {} : { unearned }),
    exitCode,
  };
}

function unearnedIn(notes: Notes, { people, weak }: Attribution) {
  const earned = new Set(
    people.flatMap((person) => person.logins.map((each) => each.toLowerCase())),
  );
  // Weak evidence is not enough to ask for a credit, but enough to leave one alone.
  for (const each of weak) earned.add(each.who.replace(/^@/, '').toLowerCase());
  const found: { handle: string; line: number }[] = [];
  for (const item of notes.section?.items ?? []) {
    // The first handle is whom the item credits; others are in its prose.
    const handle = item.handles[0];
    if (handle !== undefined && !earned.has(handle)) found.push({ handle, line: item.line });
  }
  return found;
}
