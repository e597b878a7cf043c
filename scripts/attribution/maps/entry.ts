import { visible } from '../visible.ts';

/** What a map of somebody's says: an address or a name is a login's. */
export interface Entry {
  readonly login: string;
  readonly kind: 'address' | 'name';
  readonly value: string;
  readonly file: string;
  readonly line: number;
  /** A comment beside it: often the pull request that showed it. */
  readonly note?: string;
}

/** Something that looked like an entry and could not be taken for one. */
export interface Unread {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** A file as it was read. */
export interface ForeignMap {
  readonly entries: readonly Entry[];
  readonly unread: readonly Unread[];
  /** The dictionaries that entries were found in. */
  readonly dictionaries: readonly { readonly name: string; readonly line: number; count: number }[];
}

/** Two entries for one address or name. */
export interface Conflict {
  readonly first: Entry;
  readonly second: Entry;
}

/** Whether a text is an address, and nothing besides. */
export function isAddress(text: string): boolean {
  return /^[^\s\p{Cc}@<>"(),;:]+@[^\s\p{Cc}@<>"(),;:]+$/u.test(text);
}

/** What was left out, in one line. */
export function unreadText(unread: Unread): string {
  return visible(`${at(unread)}: ${unread.why}`);
}

/** A place as compilers write it. */
export function at({ file, line }: { file: string; line: number }): string {
  return `${file}:${line}`;
}

/**
 * Takes out what is said twice, and what is said in two ways: neither of the two is taken then, since
 * nothing tells which is true.
 */
export function settle(entries: readonly Entry[]): { entries: Entry[]; conflicts: Conflict[] } {
  const firsts = new Map<string, Entry>();
  const torn = new Set<string>();
  const conflicts: Conflict[] = [];
  for (const entry of entries) {
    const key = keyOf(entry);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, entry);
    else if (first.login.toLowerCase() !== entry.login.toLowerCase()) {
      torn.add(key);
      conflicts.push({ first, second: entry });
    }
  }
  return {
    entries: [...firsts].filter(([key]) => !torn.has(key)).map(([, entry]) => entry),
    conflicts,
  };
}

/** What an entry is about, however it is written. */
export function keyOf({ kind, value }: Pick<Entry, 'kind' | 'value'>): string {
  return `${kind} ${value.toLowerCase()}`;
}

/** A conflict in one line: both places, both values. */
export function conflictText({ first, second }: Conflict): string {
  return visible(
    `${at(second)}: ${second.value} is ${second.login} here, and ${first.login} in ${at(first)}`,
  );
}
