import { noReply } from './assistants.ts';
import { readHistory } from './history.ts';
import type { Ident, Person } from './model.ts';
import type { Range } from './range.ts';
import { coAuthors } from './trailers.ts';

/** Tells who has no commit and no trailer before the range. Without a start, that is everyone. */
export async function newcomers(
  dir: string,
  range: Range,
  people: readonly Person[],
): Promise<Set<Person>> {
  const fresh = new Set(people);
  if (range.since === undefined) return fresh;
  const byAddress = new Map<string, Person>();
  const byLogin = new Map<string, Person>();
  for (const person of people) {
    for (const email of person.emails) byAddress.set(email.toLowerCase(), person);
    for (const login of person.logins) byLogin.set(login.toLowerCase(), person);
  }
  const seen = (email: string) => {
    const login = noReply(email)?.login.toLowerCase();
    const person =
      byAddress.get(email.toLowerCase()) ?? (login === undefined ? undefined : byLogin.get(login));
    if (person !== undefined) fresh.delete(person);
  };
  const authors = new Set<Ident>();
  for await (const commits of readHistory(dir, [range.since.sha])) {
    for (const { author, raw, message } of commits) {
      if (!authors.has(author)) {
        seen(author.email);
        seen(raw.email);
        authors.add(author);
      }
      for (const trailer of coAuthors(message)) seen(trailer.email);
    }
    if (fresh.size === 0) break;
  }
  return fresh;
}
