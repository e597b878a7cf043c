import type { AuthorMap } from './author-map.ts';
import { type Identities, type Identity, looks } from './identities.ts';
import { addCredit, type Ledger } from './ledger.ts';
import {
  CONTRIBUTOR_ROLES,
  type Credit,
  type Person,
  ROLES,
  type Role,
  type Unresolved,
} from './model.ts';
import type { Sources } from './sources.ts';
import { tidy } from './visible.ts';

interface Parts {
  readonly ledger: Ledger;
  readonly identities: Identities;
  readonly keys: ReadonlyMap<string, string>;
  readonly sources: Sources;
  readonly map: AuthorMap;
}

/** Contributors with all their credits, strongest role and most work first; and who has no login. */
export function gather({ ledger, identities, keys, sources, map }: Parts): {
  people: Person[];
  helpers: Person[];
  unresolved: Unresolved[];
  /** Who made a commit: its authors, and the sources that its message credits. */
  of(seen: readonly string[], sha: string): Person[];
  /** The sources that the texts of a pull request credit: its description, its merge. */
  ofPull(pr: number): Person[];
} {
  const optOut = new Set(map.optOut.map((each) => each.toLowerCase()));
  const ignore = new Set(map.ignore.map((each) => each.toLowerCase()));
  const credits = new Map<string, Map<Role, Credit>>();
  for (const [seen, sighting] of ledger.sightings) {
    const root = identities.of(keys.get(seen)!).key;
    const mine = credits.get(root);
    // Nearly everybody was seen once: their credits are taken as they are.
    if (mine === undefined) credits.set(root, sighting.credits);
    else {
      for (const { role, count, evidence } of sighting.credits.values()) {
        addCredit(mine, role, ...evidence);
        mine.get(role)!.count += count - evidence.length;
      }
    }
  }
  const creditsOf = (root: string) => {
    let mine = credits.get(root);
    if (mine === undefined) {
      mine = new Map();
      credits.set(root, mine);
    }
    return mine;
  };
  for (const { key, evidence } of sources.credits) {
    addCredit(creditsOf(identities.of(key).key), 'source author', evidence);
  }

  const found = new Map<string, Person>();
  for (const [root, mine] of credits) {
    const identity = identities.of(root);
    const login = identity.login?.toLowerCase();
    if (login !== undefined && (optOut.has(login) || ignore.has(login))) continue;
    const person: Person = {
      ...(identity.login === undefined ? {} : { login: identity.login }),
      name: identity.name,
      names: identity.names,
      emails: identity.emails,
      logins: identity.logins,
      joins: identity.joins,
      credits: ROLES.filter((role) => mine.has(role)).map((role) => mine.get(role)!),
      remarks: remarksOf(identity),
    };
    found.set(root, tidy(person));
  }
  const roots = [...found.keys()];
  for (const [index, person] of addLookalikes([...found.values()]).entries())
    found.set(roots[index]!, person);
  const all = byWork([...found.values()]);
  const present = (wanted: readonly string[]) =>
    [...new Set(wanted)].map((root) => found.get(root)).filter((each) => each !== undefined);
  const bySha = Map.groupBy(sources.credits, ({ of }) => of.sha);
  const byPull = Map.groupBy(sources.credits, ({ of }) => of.pr);
  const rootsOf = (group: Sources['credits'] | undefined) =>
    (group ?? []).map(({ key }) => identities.of(key).key);
  const people = all.filter(isContributor);
  return {
    people,
    helpers: all.filter((each) => !isContributor(each)),
    unresolved: unresolvedOf(people, map),
    of: (seen, sha) =>
      present([
        ...seen.map((each) => identities.of(keys.get(each)!).key),
        ...rootsOf(bySha.get(sha)),
      ]),
    ofPull: (pr) => present(rootsOf(byPull.get(pr))),
  };
}

/** Whether somebody made a part of it, and did not only review or report. */
export function isContributor(person: Person): boolean {
  return person.credits.some((credit) => CONTRIBUTOR_ROLES.includes(credit.role));
}

function remarksOf(identity: Identity): string[] {
  const remarks: string[] = [];
  if (identity.joins.some((join) => join.weak)) {
    remarks.push('joined by a plain noreply address, which anybody can write');
  }
  if (identity.emails.length === 1 && new Set(identity.names.map(looks)).size > 2) {
    remarks.push(`one address, ${identity.names.length} names: ${identity.names.join(', ')}`);
  }
  return remarks;
}

/** Tells of other people with the same, or nearly the same, name: shown, never joined. */
function addLookalikes(people: readonly Person[]): Person[] {
  const byLooks = new Map<string, Set<Person>>();
  for (const person of people) {
    for (const name of person.names) {
      const look = looks(name);
      byLooks.set(look, (byLooks.get(look) ?? new Set()).add(person));
    }
  }
  return people.map((person) => {
    const others = new Set<string>();
    for (const name of person.names) {
      for (const other of byLooks.get(looks(name)) ?? []) {
        if (other === person) continue;
        const exact = other.names.includes(name);
        others.add(
          `${exact ? 'the same name as' : 'looks like, but is not written like,'} ${idOf(other)}; not joined`,
        );
      }
    }
    return others.size === 0 ? person : { ...person, remarks: [...person.remarks, ...others] };
  });
}

/** How a person is told apart in a report: never a name with spaces as a handle. */
export function idOf(person: Person): string {
  if (person.login !== undefined) return `@${person.login}`;
  return person.emails[0] === undefined ? person.name : `${person.name} <${person.emails[0]}>`;
}

/** Strongest role and most work first; of equals by how they are written. */
function byWork(people: readonly Person[]): Person[] {
  const ranked = people.map((person) => ({
    person,
    counts: ROLES.map((role) => countOf(person, role)),
    id: idOf(person).toLowerCase(),
  }));
  ranked.sort((a, b) => {
    for (const [n, count] of a.counts.entries()) {
      if (count !== b.counts[n]) return b.counts[n]! - count;
    }
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  });
  return ranked.map(({ person }) => person);
}

export function countOf(person: Person, role: Role): number {
  return person.credits.find((credit) => credit.role === role)?.count ?? 0;
}

function unresolvedOf(people: readonly Person[], map: AuthorMap): Unresolved[] {
  const logins = new Map(
    map.people.flatMap(({ login, names }) => names.map((name) => [name.toLowerCase(), login])),
  );
  const byName = new Map<string, Person[]>();
  for (const person of people) {
    for (const name of person.names) {
      const list = byName.get(name);
      if (list === undefined) byName.set(name, [person]);
      else list.push(person);
    }
  }
  return people
    .filter((person) => person.login === undefined)
    .map((person) => {
      const same = person.names.flatMap((name) => byName.get(name)!).filter((x) => x !== person);
      const namesake = same.find((other) => other.login !== undefined) ?? same[0];
      const mapped = person.names.map((name) => logins.get(name.toLowerCase())).find(Boolean);
      return unresolved(person, namesake, mapped);
    });
}

/** @param mapped the login that the AUTHOR_MAP gives to somebody of this name */
function unresolved(person: Person, namesake?: Person, mapped?: string): Unresolved {
  const evidence = person.credits.flatMap((credit) => credit.evidence.slice(0, 1));
  const login = namesake?.login ?? mapped ?? 'LOGIN';
  const guess = namesake !== undefined || mapped !== undefined;
  const both =
    namesake !== undefined && namesake.login === undefined ? [person, namesake] : [person];
  const addresses = both.flatMap((each) => each.emails.slice(0, 1)).map(yamlText);
  const names = both.filter((each) => each.emails.length === 0).map((each) => yamlText(each.name));
  const field = [
    ...(addresses.length === 0 ? [] : [`addresses: [${addresses.join(', ')}]`]),
    ...(names.length === 0 ? [] : [`names: [${names.join(', ')}]`]),
  ].join(', ');
  return {
    kind: person.emails[0] === undefined ? 'name' : 'address',
    what: idOf(person),
    ...(namesake === undefined ? {} : { namesake: idOf(namesake) }),
    evidence,
    suggestion: `  ${login}: { ${field} }${guess ? '  # the same name; check' : ''}`,
  };
}

/** A text as an entry of a YAML list. */
export function yamlText(text: string): string {
  const plain = /^[a-z][\w.+@-]*$/i.test(text) && !/^(?:true|false|null)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
