import type { Assistants } from './assistants.ts';
import type { AuthorMap } from './author-map.ts';
import type { Evidence, Ident, Person } from './model.ts';
import { idOf, yamlText } from './people.ts';

/** Somebody who is credited, and may be an assistant or a bot: a maintainer decides. */
export interface Suspect {
  /** As the report names them: "@login", or "Name <address>". */
  readonly who: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** The line for the AUTHOR_MAP that leaves them out. */
  readonly machine: string;
  /** The line for the AUTHOR_MAP that says that they are a person. */
  readonly person: string;
}

/**
 * Who of these people may be a machine. Nobody whom the AUTHOR_MAP knows, and nobody of whose
 * identities one is a person's.
 *
 * @param seenAs the names and addresses somebody was seen with
 */
export function suspectsAmong(
  people: readonly Person[],
  seenAs: ReadonlyMap<Person, readonly Ident[]>,
  map: AuthorMap,
  assistants: Assistants,
): Suspect[] {
  const decided = new Set(
    [
      ...map.persons,
      ...map.people.flatMap(({ login, addresses, names }) => [login, ...addresses, ...names]),
    ].map((each) => each.toLowerCase()),
  );
  const found: Suspect[] = [];
  for (const person of people) {
    // Whose work was only carried here is known by a login, and by nothing else.
    const idents = seenAs.get(person) ?? [{ name: person.login ?? person.name, email: '' }];
    const reason = assistants.suspicion(idents[0]!);
    if (reason === undefined) continue;
    if (!idents.every((ident) => assistants.suspicion(ident) !== undefined)) continue;
    const marks = [...person.logins, ...person.emails, ...person.names];
    if (marks.some((each) => decided.has(each.toLowerCase()))) continue;
    const mark = yamlText(person.login ?? person.emails[0] ?? person.name);
    found.push({
      who: idOf(person),
      reason,
      evidence: person.credits.flatMap((credit) => credit.evidence.slice(0, 1)),
      machine: `ignore: [${mark}]`,
      person: `people: [${mark}]`,
    });
  }
  return found;
}
