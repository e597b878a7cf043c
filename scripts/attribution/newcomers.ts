import { noReply } from './assistants.ts';
import { readHistory } from './history.ts';
import type { Person } from './model.ts';
import type { Range } from './range.ts';
import { coAuthors } from './trailers.ts';

/**
 * Tells who has no commit and no trailer before the range. Without a start, that is everyone. A
 * namesake before it is nobody's join, but reason enough not to say "first".
 */
export async function newcomers(
  dir: string,
  range: Range,
  people: readonly Person[],
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
  const sight = ({ name, email }: { name: string; email: string }) => {
    seen(email);
    seen(name);
    const login = noReply(email)?.login;
    if (login !== undefined) seen(login);
  };
  for await (const commits of readHistory(dir, [range.since.sha])) {
    for (const commit of commits) {
      sight(commit.author);
      if (commit.raw !== commit.author) sight(commit.raw);
      for (const trailer of coAuthors(commit.message)) sight(trailer);
    }
    if (fresh.size === 0) break;
  }
  return fresh;
}

function lower(word: string): string {
  return word.replace(/^@/, '').toLowerCase();
}
