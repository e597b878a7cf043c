import type { Assistants } from './assistants.ts';
import type { Commit } from './history.ts';
import type { Credit, Evidence, Ident, Role } from './model.ts';
import { type SourceClaim, sourceClaims } from './source-credit.ts';
import { coAuthors, helpers } from './trailers.ts';

/** How many lines of evidence are kept for one role of one identity; all are counted. */
export const EVIDENCE_KEPT = 25;

/** One name and address as seen in the range, with what it did. */
export interface Sighting {
  /** The one copy of the key that all lists share: a range has many commits and few people. */
  readonly key: string;
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
  readonly landed = new Map<number, { sha: string; by: readonly string[]; owner?: string }>();
  readonly #assistants: Assistants;
  readonly #options: {
    repo?: string;
    merges?: boolean;
    changes?: boolean;
    helpers?: boolean;
    ignore: Set<string>;
  };

  constructor(
    assistants: Assistants,
    options: {
      repo?: string;
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
    const merge = commit.parents.length > 1;
    const subject = firstLine(commit.message);
    const { pr, owner } = landing(subject, merge);
    if (merge) this.merges += 1;
    const by: string[] = [];
    if (!merge || this.#options.merges) {
      const line = subject === '' ? '(no subject)' : subject;
      const evidence: Evidence = { sha: commit.sha, line, strength: 'strong', ...withPr(pr) };
      this.#sight(by, 'author', commit.author, evidence, commit.raw);
      for (const trailer of coAuthors(commit.message)) {
        const number = trailer.pr ?? pr;
        this.#sight(by, 'co-author', trailer, {
          sha: commit.sha,
          line: trailer.line,
          strength: 'strong',
          ...withPr(number),
        });
      }
    }
    if (this.#options.helpers) {
      // They wrote nothing of it: the list of writers is another.
      for (const { role, ...trailer } of helpers(commit.message)) {
        const evidence: Evidence = { sha: commit.sha, line: trailer.line, strength: 'strong' };
        this.#sight([], role, trailer, { ...evidence, ...withPr(pr) });
      }
    }
    if (pr !== undefined && !this.landed.has(pr)) {
      this.landed.set(pr, { sha: commit.sha, by, ...(owner === undefined ? {} : { owner }) });
    }
    if (by.length > 0 || merge) this.#readClaims(commit, by, pr);
    if (this.#options.changes && !merge) {
      const { sha, message } = commit;
      this.changes.push({ sha, subject, message, by, ...withPr(pr) });
    }
  }

  #readClaims(commit: Commit, by: readonly string[], pr: number | undefined): void {
    const { repo } = this.#options;
    const found = sourceClaims(commit.message, {
      ...(repo === undefined ? {} : { repo }),
      ...(pr === undefined ? {} : { landing: [pr] }),
    });
    for (const claim of found) {
      this.claims.push({
        claim,
        sha: commit.sha,
        by,
        ...(pr === undefined ? {} : { landing: pr }),
      });
    }
  }

  #sight(by: string[], role: Role, ident: Ident, evidence: Evidence, raw?: Ident): void {
    const key = `${ident.name}\0${ident.email}`;
    if (by.includes(key)) return;
    const known = this.sightings.get(key);
    if (known === undefined && this.#leftOut(key, ident)) return;
    const sighting = known ?? {
      key,
      ident: { name: ident.name, email: ident.email },
      raws: new Map<string, Ident>(),
      credits: new Map<Role, Credit>(),
      sample: evidence.sha ?? '',
    };
    by.push(sighting.key);
    if (known === undefined) this.sightings.set(key, sighting);
    if (raw !== undefined && (raw.email !== ident.email || raw.name !== ident.name)) {
      sighting.raws.set(`${raw.name}\0${raw.email}`, raw);
    }
    addCredit(sighting.credits, role, evidence);
  }

  #leftOut(key: string, ident: Ident): boolean {
    const before = this.filtered.get(key);
    if (before !== undefined) {
      before.count += 1;
      return true;
    }
    const ignored = this.#options.ignore.has(ident.email.toLowerCase() || ident.name.toLowerCase());
    const reason = ignored ? 'ignored by the AUTHOR_MAP' : this.#assistants.reason(ident);
    if (reason === undefined) return false;
    this.filtered.set(key, { ident: { name: ident.name, email: ident.email }, reason, count: 1 });
    return true;
  }
}

/** Counts a credit up; evidence beyond the first few is only counted. */
export function addCredit(credits: Map<Role, Credit>, role: Role, ...evidence: Evidence[]): void {
  let credit = credits.get(role);
  if (credit === undefined) {
    credit = { role, count: 0, evidence: [] };
    credits.set(role, credit);
  }
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

/** The pull request a commit landed with, by GitHub's two habits: `… (#12)` and its merge commits. */
export function landing(subject: string, merge: boolean): { pr?: number; owner?: string } {
  const squashed = /\(#(\d+)\)$/.exec(subject)?.[1];
  if (squashed !== undefined) return { pr: Number(squashed) };
  if (!merge) return {};
  const match = /^Merge (?:pull request|PR) #(\d+)(?: from ([\w-]+)\/)?/.exec(subject);
  const auto = /^Auto merge of #(\d+) - ([\w-]+):/.exec(subject);
  const found = match ?? auto;
  if (found === null) return {};
  return { pr: Number(found[1]), ...(found[2] === undefined ? {} : { owner: found[2] }) };
}
