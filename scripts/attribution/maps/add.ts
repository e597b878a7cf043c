import type { AuthorMap, MapEntry } from '../author-map.ts';
import type { Dialect } from '../dialect.ts';
import { BadFile } from '../errors.ts';
import { conflictText, type Entry, keyOf, settle, unreadText } from './entry.ts';
import { readForeignMap } from './read.ts';

/** How many conflicts an error names, and how many entries are told to be left out. */
const SHOWN = 10;

/**
 * Adds what others wrote to our own AUTHOR_MAP, which decides where they differ.
 * @throws BadFile where they give one address to two logins and the AUTHOR_MAP does not decide
 */
export async function addForeignMaps(
  own: AuthorMap,
  paths: readonly string[],
  dialect: Dialect,
  onRemark: (what: string) => void,
): Promise<AuthorMap> {
  const maps = await Promise.all(paths.map((path) => readForeignMap(path, dialect)));
  const left = maps.flatMap(({ unread }) => unread).map(unreadText);
  const undecided = maps
    .flatMap(({ entries }) => entries)
    .filter((each) => !own.places.has(keyOf(each)));
  const { entries, conflicts } = settle(undecided);
  const torn = conflicts.filter(({ second }) => second.kind === 'address');
  if (torn.length > 0) {
    const more = torn.length > SHOWN ? `\n  and ${torn.length - SHOWN} more` : '';
    const lines = torn.slice(0, SHOWN).map((each) => `\n  ${conflictText(each)}`);
    throw new BadFile(
      `one address is given to two logins; decide in the AUTHOR_MAP of your own (authors.yaml):${lines.join('')}${more}`,
    );
  }
  left.push(...conflicts.map(conflictText));
  for (const each of left.slice(0, SHOWN)) onRemark(`${each}; left out`);
  const others = left.length - SHOWN;
  if (others > 0) onRemark(`${others} more are left out; --import-authors FILE names them all`);
  return { ...own, people: joined(own.people, entries) };
}

function joined(people: readonly MapEntry[], entries: readonly Entry[]): MapEntry[] {
  const byLogin = new Map(people.map((each) => [each.login.toLowerCase(), each]));
  for (const { login, kind, value } of entries) {
    const key = login.toLowerCase();
    const before = byLogin.get(key) ?? { login, addresses: [], names: [] };
    const field = kind === 'address' ? 'addresses' : 'names';
    byLogin.set(key, { ...before, [field]: [...before[field], value] });
  }
  return [...byLogin.values()];
}
