import { type MergedPull, MergedPulls, readMergedPulls } from '../notes/merged.ts';
import { type AssistantList, Assistants } from './assistants.ts';
import type { AuthorMap } from './author-map.ts';
import { type Dialect, GITHUB } from './dialect.ts';
import { CannotCheck } from './errors.ts';
import type { Forge, Gap, PullFact } from './facts.ts';
import type { Git } from './git.ts';
import { Identities } from './identities.ts';
import { type Change, type Filtered, Ledger } from './ledger.ts';
import { limitsOf } from './limits.ts';
import { applyMailmap } from './mailmap.ts';
import type { Evidence, Ident, Person, Strength, Unresolved } from './model.ts';
import { gather } from './people.ts';
import { pullsFromRefs } from './pull-refs.ts';
import type { Range } from './range.ts';
import type { Reading } from './reading.ts';
import { sourceClaims } from './source/claims.ts';
import { SourceResolver } from './sources.ts';
import { type Suspect, suspectsAmong } from './suspects.ts';
import { findUnmarked } from './unmarked.ts';
import { visible, visibleIdent } from './visible.ts';

export interface AttributeOptions {
  readonly git: Git;
  readonly range: Range;
  readonly reading: Reading;
  readonly map: AuthorMap;
  readonly assistants?: AssistantList;
  /** "owner/name" of the repository, where it is on a forge. */
  readonly repo?: string;
  /** How the forge of this history writes; GitHub's when left out. */
  readonly dialect?: Dialect;
  /** Absent: offline, nothing is asked. */
  readonly forge?: Forge;
  /** Known facts of pull requests, of `--prs` or of a cache. */
  readonly known?: ReadonlyMap<number, PullFact>;
  readonly merges?: boolean;
  readonly changes?: boolean;
  /** Read who reported, reviewed and diagnosed, too. */
  readonly helpers?: boolean;
  readonly minEvidence?: Strength;
  /** `total` is absent until git has counted. */
  readonly onCommit?: (read: number, total?: number) => void;
  readonly onStep?: (what: string) => void;
}

/** Everything that is known about who made a range. */
export interface Attribution {
  readonly range: Range;
  readonly commits: number;
  readonly authored: number;
  /** The contributors. */
  readonly people: readonly Person[];
  /** Who only reported, reviewed or diagnosed; empty unless asked for. */
  readonly helpers: readonly Person[];
  readonly unresolved: readonly Unresolved[];
  /** Needed facts that could not be had: the check is incomplete. */
  readonly incomplete: readonly string[];
  /** What was not looked at, without being needed. */
  readonly limits: readonly string[];
  /** Who is credited, and may be a machine. */
  readonly suspects: readonly Suspect[];
  readonly filtered: readonly Filtered[];
  /** Weak evidence that was not counted. */
  readonly weak: readonly { readonly who: string; readonly evidence: Evidence }[];
  readonly changes: readonly (Change & { readonly people: readonly Person[] })[];
  /** Which pull request brought each commit, where it was merged; of a release only. */
  readonly merged: ReadonlyMap<string, MergedPull>;
  /** The sources that the texts of a pull request credit. */
  readonly sourcesOf: (pr: number) => readonly Person[];
  readonly identities: Identities;
  readonly dialect: Dialect;
  /** Whether the forge was asked; offline only what is in the clone is known. */
  readonly asked: boolean;
}

/**
 * Reads a range and says who made it, on what evidence.
 * @throws CannotCheck when git fails or the number of commits read is not git's own count.
 */
export async function attribute(options: AttributeOptions): Promise<Attribution> {
  const { git, range, map, repo, forge, dialect = GITHUB } = options;
  const assistants = new Assistants(options.assistants);
  const ledger = new Ledger(assistants, {
    ...(repo === undefined ? {} : { repo }),
    dialect,
    merges: options.merges ?? false,
    changes: options.changes ?? false,
    helpers: options.helpers ?? false,
    ignore: new Set(map.ignore.map((each) => each.toLowerCase())),
  });
  const { history, counted, refs } = options.reading;
  let total: number | undefined;
  if (options.onCommit !== undefined) {
    counted.then(
      (count) => {
        total = count;
      },
      () => {},
    );
  }
  // Within paths git leaves out what the shape of a history needs.
  const within = range.paths.length > 0;
  const shape = within ? readMergedPulls(git.dir, range, { dialect, repo }) : undefined;
  shape?.catch(() => {}); // Awaited below.
  const merges = options.changes && !within ? new MergedPulls({ dialect, repo }) : undefined;
  for await (const commits of history.commits) {
    for (const commit of commits) {
      ledger.add(commit);
      merges?.add(commit);
    }
    options.onCommit?.(ledger.commits, total);
  }
  const merged = (await shape) ?? merges?.of(range.until.sha) ?? new Map<string, MergedPull>();
  if (range.paths.length > 0) {
    const { unlistedMerges } = await import('./unlisted-merges.ts');
    for await (const merges of unlistedMerges(git, range, merged))
      for (const merge of merges) ledger.addLanding(merge);
  }

  const mapped = await applyMailmap(git, ledger);
  const identities = new Identities(map, dialect);
  const keys = new Map<string, string>();
  for (const [seen, sighting] of ledger.sightings) {
    const ident = mapped.get(seen) ?? sighting.ident;
    const raw = mapped.has(seen) ? sighting.ident : undefined;
    keys.set(seen, identities.add(ident, raw));
    for (const each of sighting.raws.values()) identities.add(ident, each);
  }

  const known = new Map(options.known);
  if (forge?.landed !== undefined) options.onStep?.(`asking ${dialect.name} what landed`);
  const unmarked = await findUnmarked({ git, range, ledger }, known, forge);
  const numbers = ledger.landed.numbers();
  const limits = limitsOf(ledger, dialect, known, { repo, offline: forge === undefined });
  const incomplete: string[] = [];
  if (unmarked.gap !== undefined) incomplete.push(inWords(unmarked.gap));
  if (forge !== undefined) {
    options.onStep?.(`asking ${dialect.name} about addresses`);
    incomplete.push(...(await askAboutAddresses(forge, ledger, identities, keys)).map(inWords));
  }

  const bodies = forge === undefined ? numbers.filter((n) => known.has(n)) : numbers;
  if (forge !== undefined) {
    options.onStep?.(`reading descriptions of ${dialect.request}s`);
    const wanted = bodies.filter((number) => known.get(number)?.body === undefined);
    const answer = await forge.pulls(wanted);
    for (const [number, fact] of answer.facts) known.set(number, fact);
    const what = `descriptions of ${dialect.request}s were not read`;
    incomplete.push(...summary(answer.gaps, what, dialect.mark));
  }
  for (const number of bodies) {
    const fact = known.get(number);
    if (fact?.kind !== 'pull' || fact.body === undefined) continue;
    const landed = ledger.landed.get(number)!;
    const texts = `${fact.title ?? ''}\n\n${fact.body}`;
    const claims = sourceClaims(texts, { repo, dialect, landing: [number] });
    for (const claim of claims) ledger.claims.push({ claim, landing: number, by: landed.by });
  }

  const resolver = new SourceResolver({
    identities,
    keys,
    ledger,
    known,
    assistants,
    repo,
    dialect,
    minEvidence: options.minEvidence ?? 'strong',
    pulls: async (numbers) => {
      const fromRefs = await pullsFromRefs(git, await refs, numbers, dialect);
      if (forge === undefined) return { facts: fromRefs, gaps: new Map() };
      const answer = await forge.pulls(numbers);
      for (const [number, fact] of fromRefs) {
        if (!answer.facts.has(number)) answer.facts.set(number, fact);
      }
      return answer;
    },
  });
  if (ledger.claims.length > 0) options.onStep?.('resolving sources');
  const sources = await resolver.run();
  incomplete.push(...sources.incomplete);

  const gathered = gather({ ledger, identities, keys, sources, map });
  const seenAs = new Map<Person, Ident[]>();
  for (const [seen, sighting] of ledger.sightings) {
    const [person] = gathered.of([seen], '');
    if (person === undefined) continue;
    const idents = seenAs.get(person) ?? [];
    idents.push(mapped.get(seen) ?? sighting.ident);
    seenAs.set(person, idents);
  }
  const suspects = suspectsAmong(
    [...gathered.people, ...gathered.helpers],
    seenAs,
    map,
    assistants,
  );
  const expected = await counted;
  if (ledger.commits !== expected) {
    throw new CannotCheck(`read ${ledger.commits} commits where git counts ${expected}`);
  }
  if (expected === 0) await refuseSwapped(git, range);
  return {
    range,
    commits: ledger.commits,
    authored: ledger.commits - ledger.merges,
    people: gathered.people,
    helpers: gathered.helpers,
    unresolved: [...gathered.unresolved, ...sources.unresolved],
    incomplete,
    limits,
    suspects: suspects.map((each) => ({ ...each, reason: visible(each.reason) })),
    filtered: [...ledger.filtered.values()].map((each) => ({
      ...each,
      ident: visibleIdent(each.ident),
      reason: visible(each.reason),
    })),
    weak: sources.weak.map(({ who, evidence }) => ({ who: visible(who), evidence })),
    changes: ledger.changes.map((change) => ({
      ...change,
      ...withNumber(unmarked.numbers.get(change.sha)),
      subject: visible(change.subject),
      people: gathered.of(change.by, change.sha),
    })),
    asked: forge !== undefined,
    merged,
    sourcesOf: gathered.ofPull,
    identities,
    dialect,
  };
}

/** Nothing between two ends that differ: but within paths that is an answer, too. */
async function refuseSwapped(git: Git, { since, until, paths, revisions }: Range): Promise<void> {
  if (since === undefined || since.sha === until.sha) return;
  if (paths.length > 0 && (await git.run(['rev-list', '--max-count=1', ...revisions, '--'])) !== '')
    return;
  throw new CannotCheck(
    `the range is empty: ${until.name} lies before ${since.name} (the two swapped?)`,
  );
}

function withNumber(pr: number | undefined): { pr?: number } {
  return pr === undefined ? {} : { pr };
}

/** One commit of each address without a login; the forge knows whose account it is on. */
async function askAboutAddresses(
  forge: Forge,
  ledger: Ledger,
  identities: Identities,
  keys: ReadonlyMap<string, string>,
): Promise<Gap[]> {
  const wanted = new Set<string>();
  for (const [seen, sighting] of ledger.sightings) {
    const key = keys.get(seen)!;
    if (key.startsWith('email:') && identities.of(key).login === undefined)
      wanted.add(sighting.sample);
  }
  if (wanted.size === 0) return [];
  const { facts, gaps } = await forge.commits([...wanted]);
  const addresses = new Set([...keys.values()]);
  for (const fact of facts.values()) {
    for (const author of fact.authors) {
      if (!addresses.has(`email:${author.email.toLowerCase()}`)) continue;
      identities.fromForge(author.email, author.login, `commit ${fact.sha.slice(0, 9)}`);
    }
  }
  return gaps;
}

const inWords = ({ what, why }: Gap) => `${what}: ${why}`;

function summary(gaps: ReadonlyMap<number, Gap>, what: string, mark: string): string[] {
  if (gaps.size === 0) return [];
  const numbers = [...gaps.keys()];
  const some = numbers.slice(0, 10).map((number) => `${mark}${number}`);
  const more = numbers.length > 10 ? ` and ${numbers.length - 10} more` : '';
  return [`${numbers.length} ${what} (${some.join(', ')}${more}): ${[...gaps.values()][0]!.why}`];
}
