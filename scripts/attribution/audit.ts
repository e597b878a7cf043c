import { isNamed } from '../notes/contributors.ts';
import type { Notes } from '../notes/read.ts';
import type { Attribution } from './attribute.ts';
import { EXIT } from './errors.ts';
import type { Person, Unearned } from './model.ts';

/** What an audit found. */
export interface Audit {
  readonly attribution: Attribution;
  /** People with a credit whom the notes don't name; absent without notes. */
  readonly missing?: readonly Person[];
  /** Who stands in the notes' contributor list without any credit. */
  readonly unearned?: readonly Unearned[];
  /** The notes as they were read. */
  readonly notes?: Notes;
  readonly exitCode: number;
}

/** How an unearned entry is written in a report. */
export function unearnedName({ handle, name }: Unearned): string {
  return handle === undefined ? (name ?? '') : `@${handle}`;
}

/** A list entry that begins with the full name of somebody: "Jane Doe (3 commits)". */
const FULL_NAME = /^(\p{Lu}[\p{L}\p{M}.'’-]*(?:\s+\p{Lu}[\p{L}\p{M}.'’-]*){1,3})\s*(?:[(,:–—-]|$)/u;

/**
 * Compares people with notes. Exit code 2 (a needed fact is missing) wins over 1 (findings);
 * the report has both.
 */
export function audit(attribution: Attribution, notes?: Notes, strict = false): Audit {
  const spare = notes && spareHandles(notes, attribution);
  const missing =
    notes && attribution.people.filter((each) => !isNamed(each, notes) && !isMeant(each, spare!));
  const unearned = notes && unearnedIn(notes, attribution);
  const findings =
    (missing?.length ?? 0) + (unearned?.length ?? 0) > 0 ||
    // A source nobody could name is a person left out, notes or not.
    attribution.unresolved.some((each) => each.kind === 'source pull request') ||
    (strict && attribution.unresolved.length + attribution.suspects.length > 0);
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
    ...(notes === undefined ? {} : { notes }),
    exitCode,
  };
}

/** Handles of the notes that are no known login of anybody in the range. */
function spareHandles(notes: Notes, { people, helpers }: Attribution): Set<string> {
  const spare = new Set(notes.handles);
  for (const person of [...people, ...helpers])
    for (const login of person.logins) spare.delete(login.toLowerCase());
  return spare;
}

/**
 * Somebody without a known login whose name is a login, and that handle is in the notes without
 * being another's: it joins nothing, but is more likely them than two mistakes at once.
 */
function isMeant(person: Person, spare: ReadonlySet<string>): boolean {
  return person.login === undefined && person.names.some((name) => spare.has(name.toLowerCase()));
}

function unearnedIn(notes: Notes, { people, helpers, weak }: Attribution) {
  const earned = new Set(
    [...people, ...helpers].flatMap((person) => person.logins.map((each) => each.toLowerCase())),
  );
  // Weak evidence is not enough to ask for a credit, but enough to leave one alone.
  for (const each of weak) earned.add(each.who.replace(/^@/, '').toLowerCase());
  const names = new Set(
    [...people, ...helpers].flatMap((person) => person.names.map((each) => each.toLowerCase())),
  );
  for (const each of weak) names.add(each.who.toLowerCase());
  const found: Unearned[] = [];
  for (const item of notes.items) {
    // The first handle is whom the item credits; others are in its prose.
    const handle = item.handles[0];
    if (handle !== undefined && !earned.has(handle) && !names.has(handle))
      found.push({ handle, line: item.line });
    if (item.handles.length > 0) continue;
    const name = FULL_NAME.exec(item.text.trim())?.[1];
    if (name !== undefined && !names.has(name.toLowerCase())) found.push({ name, line: item.line });
  }
  return found;
}
