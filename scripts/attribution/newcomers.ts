import { type Dialect, GITHUB } from './dialect.ts';
import { readHistory } from './history.ts';
import type { Ident, Person } from './model.ts';
import { pathspecs, type Range } from './range.ts';
import { coAuthors } from './trailers.ts';

/**
 * Tells who has no commit and no trailer before the range, in its paths. Without a start, that is everyone. A
 * namesake before it is nobody's join, but reason enough not to say "first".
 */
export async function newcomers(
  dir: string,
  range: Range,
  people: readonly Person[],
  dialect: Dialect = GITHUB,
): Promise<Set<Person>> {
  const fresh = new Set(people);
  if (range.since === undefined) return fresh;
  const known = new Map<string, Person[]>();
  for (const person of people) {
    const words = [...person.emails, ...person.logins, ...person.names].map(lower);
    for (const word of new Set(words)) known.set(word, [...(known.get(word) ?? []), person]);
  }
  const seen = (word: string) => {
    for (const person of known.get(lower(word)) ?? []) fresh.delete(person);
  };
  const sight = ({ name, email }: Ident) => {
    seen(email);
    seen(name);
    const login = dialect.noReply(email)?.login;
    if (login !== undefined) seen(login);
  };
  // History has one object for all commits of an author.
  const sighted = new Set<Ident>();
  for await (const commits of readHistory(dir, [range.since.sha], pathspecs(range))) {
    for (const { author, raw, message } of commits) {
      for (const ident of [author, raw]) {
        if (!sighted.has(ident)) sight(ident);
        sighted.add(ident);
      }
      for (const trailer of coAuthors(message)) sight(trailer);
    }
    if (fresh.size === 0) break;
  }
  return fresh;
}

function lower(word: string): string {
  return word.replace(/^@/, '').toLowerCase();
}
