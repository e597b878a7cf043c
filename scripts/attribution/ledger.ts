import { neededOf } from '../notes/needed.ts';
import type { Assistants } from './assistants.ts';
import { type Dialect, type ForgeKind, GITHUB } from './dialect.ts';
import { type Commit, own } from './history.ts';
import { LandedPulls, type Landing, landing, writtenOn } from './landing.ts';
import type { Credit, Evidence, Ident, Role } from './model.ts';
import type { SourceClaim } from './source/claim.ts';
import { mayClaim, sourceClaims } from './source/claims.ts';
import { coAuthors, helpers } from './trailers.ts';
import { shownLine } from './visible.ts';

/** How many lines of evidence are kept for one role of one identity; all are counted. */
export const EVIDENCE_KEPT = 25;

/** One name and address as seen in the range, with what it did. */
export interface Sighting {
  /** The one copy of the key that all lists share: a range has many commits and few people. */
  readonly key: string;
  /** `[key]`, the writers of all that somebody wrote alone. */
  readonly alone: readonly string[];
  readonly ident: Ident;
  /** Before .mailmap, where that changed it. */
  readonly raws: Map<string, Ident>;
  readonly credits: Map<Role, Credit>;
  /** A commit that GitHub can be asked about. */
  readonly sample: string;
}

/** A claim in a commit message, and the commit that makes it. */
export interface FoundClaim {
  readonly claim: SourceClaim;
  readonly sha?: string;
  /** The pull request that the commit landed with. */
  readonly landing?: number;
  /** The sightings who wrote the commit: their own earlier work is no source. */
  readonly by: readonly string[];
  /** The change of the range that a chain of salvages began with, where this is not its own claim. */
  readonly origin?: Origin;
}

/** A change, by its commit or by the pull request it landed with. */
export interface Origin {
  readonly sha?: string;
  readonly pr?: number;
}

export interface Filtered {
  readonly ident: Ident;
  readonly reason: string;
  count: number;
}

/** What a change is for the notes: only kept when asked for, since it grows with the range. */
export interface Change {
  readonly sha: string;
  readonly subject: string;
  /** What notes need of it (`neededOf`). */
  readonly message: string;
  readonly pr?: number;
  readonly by: readonly string[];
}

/** Adds commits up, one by one, and forgets them. Pure. */
export class Ledger {
  commits = 0;
  merges = 0;
  readonly sightings = new Map<string, Sighting>();
  readonly claims: FoundClaim[] = [];
  readonly filtered = new Map<string, Filtered>();
  readonly changes: Change[] = [];
  /** Numbers of pull requests that landed in the range; of merged ones also the fork's owner. */
  readonly landed = new LandedPulls();
  /** How many messages name a pull request by its address, where the repository's own is not known. */
  links = 0;
  /** How many commits say that they landed on another forge than GitHub, where this one is taken. */
  readonly elsewhere = new Map<ForgeKind, number>();
  /** What became of an author, by the object that history has for them. */
  readonly #authors = new Map<Ident, Sighting | Filtered>();
  readonly #assistants: Assistants;
  readonly #options: {
    repo?: string;
    dialect?: Dialect;
    merges?: boolean;
    changes?: boolean;
    helpers?: boolean;
    ignore: Set<string>;
  };

  constructor(
    assistants: Assistants,
    options: {
      repo?: string;
      /** How the forge of this history writes; GitHub's when left out. */
      dialect?: Dialect;
      /** Count merge commits as authored work too. */
      merges?: boolean;
      changes?: boolean;
      /** Read who reported, reviewed and diagnosed, too. */
      helpers?: boolean;
      /** Lower-case addresses and logins that are nobody. */
      ignore?: Set<string>;
    } = {},
  ) {
    this.#assistants = assistants;
    this.#options = { ...options, ignore: options.ignore ?? new Set() };
  }

  add(commit: Commit): void {
    this.commits += 1;
    if (commit.merge) this.merges += 1;
    this.#take(commit, !commit.merge || this.#options.merges === true);
  }

  /** Takes in what a merge says of what it landed, where it is not itself one of the range's commits. */
  addLanding(merge: Commit): void {
    this.#take(merge, false);
  }

  #take(commit: Commit, authored: boolean): void {
    const { sha, merge, message } = commit;
    const subject = firstLine(message);
    const { repo, dialect = GITHUB } = this.#options;
    const other = dialect.kind === 'github' ? writtenOn(commit) : undefined;
    if (other !== undefined) this.elsewhere.set(other, (this.elsewhere.get(other) ?? 0) + 1);
    const { pr, owner }: Landing =
      other === undefined ? landing({ subject, message, merge }, dialect, repo) : {};
    const by = authored ? this.#writers(commit, subject, pr) : NOBODY;
    if (this.#options.helpers) {
      // They wrote nothing of it: the list of writers is another.
      for (const { role, ...trailer } of helpers(message)) {
        this.#credit(this.#sighting(trailer, sha), role, sha, trailer.line, pr);
      }
    }
    if (pr !== undefined) this.landed.add(pr, sha, by, owner);
    if ((by.length > 0 || merge) && mayClaim(message, dialect)) this.#readClaims(commit, by, pr);
    if (this.#options.changes && !merge) {
      const kept = own(subject);
      const needed = neededOf(subject, message);
      const whole = needed === subject ? kept : own(needed);
      this.changes.push({ sha: own(sha), subject: kept, message: whole, by, ...withPr(pr) });
    }
  }

  /** Credits the author and the co-authors of a commit; gives their keys. */
  #writers({ author, raw, sha, message }: Commit, subject: string, pr?: number): readonly string[] {
    let known = this.#authors.get(author);
    if (known === undefined) {
      known = this.#sighting(author, sha) ?? this.filtered.get(keyOf(author))!;
      this.#authors.set(author, known);
    } else if ('count' in known) known.count += 1;
    let by: readonly string[] = NOBODY;
    if (!('count' in known)) {
      by = known.alone;
      if (raw !== author) known.raws.set(keyOf(raw), raw);
      this.#credit(known, 'author', sha, subject === '' ? '(no subject)' : subject, pr);
    }
    for (const trailer of coAuthors(message)) {
      const sighting = this.#sighting(trailer, sha);
      if (sighting === undefined || by.includes(sighting.key)) continue;
      by = by.length === 0 ? sighting.alone : [...by, sighting.key];
      this.#credit(sighting, 'co-author', sha, trailer.line, trailer.pr ?? pr);
    }
    return by;
  }

  #readClaims(commit: Commit, by: readonly string[], pr: number | undefined): void {
    const { repo, dialect } = this.#options;
    const sha = own(commit.sha);
    if (repo === undefined && A_LINK.test(commit.message)) this.links += 1;
    const found = sourceClaims(own(commit.message), {
      // Of a clone without a remote no link is known to be its own.
      repo: repo ?? 'unknown/unknown',
      ...(dialect === undefined ? {} : { dialect }),
      ...(pr === undefined ? {} : { landing: [pr] }),
    });
    for (const claim of found) {
      this.claims.push({ claim, sha, by, ...(pr === undefined ? {} : { landing: pr }) });
    }
  }

  /** The sighting of an identity, a new one at its first; undefined where it is left out. */
  #sighting(ident: Ident, sha: string): Sighting | undefined {
    const key = keyOf(ident);
    const known = this.sightings.get(key);
    if (known !== undefined) return known;
    if (this.#leftOut(key, ident)) return undefined;
    const kept = own(key);
    const sighting: Sighting = {
      key: kept,
      alone: [kept],
      ident: { name: own(ident.name), email: own(ident.email) },
      raws: new Map(),
      credits: new Map(),
      sample: own(sha),
    };
    this.sightings.set(kept, sighting);
    return sighting;
  }

  #credit(
    sighting: Sighting | undefined,
    role: Role,
    sha: string,
    line: string,
    pr: number | undefined,
  ): void {
    if (sighting === undefined) return;
    const credit = creditOf(sighting.credits, role);
    credit.count += 1;
    if (credit.evidence.length >= EVIDENCE_KEPT) return;
    credit.evidence.push({
      sha: own(sha),
      line: shownLine(own(line)),
      strength: 'strong',
      ...withPr(pr),
    });
  }

  #leftOut(key: string, ident: Ident): boolean {
    const before = this.filtered.get(key);
    if (before !== undefined) {
      before.count += 1;
      return true;
    }
    const { ignore, dialect = GITHUB } = this.#options;
    const login = dialect.noReply(ident.email)?.login.toLowerCase();
    const ignored =
      ignore.has(ident.email.toLowerCase() || ident.name.toLowerCase()) ||
      (login !== undefined && ignore.has(login));
    const reason = ignored ? 'ignored by the AUTHOR_MAP' : this.#assistants.reason(ident);
    if (reason === undefined) return false;
    const kept = { name: own(ident.name), email: own(ident.email) };
    this.filtered.set(own(key), { ident: kept, reason, count: 1 });
    return true;
  }
}

const NOBODY: readonly string[] = [];
const A_LINK = /https?:\/\/\S+\/(?:pulls?|merge_requests)\/\d/;

function keyOf({ name, email }: Ident): string {
  return `${name}\0${email}`;
}

function creditOf(credits: Map<Role, Credit>, role: Role): Credit {
  let credit = credits.get(role);
  if (credit === undefined) {
    credit = { role, count: 0, evidence: [] };
    credits.set(role, credit);
  }
  return credit;
}

/** Counts a credit up; evidence beyond the first few is only counted. */
export function addCredit(credits: Map<Role, Credit>, role: Role, ...evidence: Evidence[]): void {
  const credit = creditOf(credits, role);
  for (const each of evidence) {
    credit.count += 1;
    if (credit.evidence.length < EVIDENCE_KEPT) credit.evidence.push(each);
  }
}

function withPr(pr: number | undefined): { pr?: number } {
  return pr === undefined ? {} : { pr };
}

function firstLine(message: string): string {
  const end = message.indexOf('\n');
  return (end === -1 ? message : message.slice(0, end)).trim();
}
