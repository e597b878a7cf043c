import type { Assistants } from './assistants.ts';
import type { Dialect } from './dialect.ts';
import type { Gap, PullFact } from './facts.ts';
import type { Identities, Identity } from './identities.ts';
import type { FoundClaim, Ledger, Origin } from './ledger.ts';
import type { Evidence, Strength, Unresolved } from './model.ts';
import type { Named } from './source/claim.ts';
import { nameOf, sourceClaims } from './source/claims.ts';
import { shownLine, visible } from './visible.ts';

/** How far a chain of salvages (A of B of C) is followed. */
const CHAIN = 5;

/** How many numbers a sentence lists. */
const SHOWN = 20;

interface Deps {
  readonly identities: Identities;
  readonly keys: ReadonlyMap<string, string>;
  readonly ledger: Ledger;
  readonly known: Map<number, PullFact>;
  readonly assistants: Assistants;
  readonly repo: string | undefined;
  readonly dialect: Dialect;
  readonly minEvidence: Strength;
  pulls(numbers: readonly number[]): Promise<{
    facts: Map<number, PullFact>;
    gaps: Map<number, Gap>;
  }>;
}

export interface Sources {
  /** Keys of identities with their evidence, one per claim, and the change that the work is in. */
  readonly credits: { readonly key: string; readonly evidence: Evidence; readonly of: Origin }[];
  readonly unresolved: Unresolved[];
  readonly incomplete: string[];
  readonly weak: { who: string; evidence: Evidence }[];
}

/** Turns claims of texts into credits of people: the number's author first, then the text's word. */
export class SourceResolver {
  readonly #deps: Deps;
  readonly #gaps = new Map<number, Gap>();
  readonly #out: Sources = { credits: [], unresolved: [], incomplete: [], weak: [] };
  readonly #open = new Map<number, { evidence: Evidence[]; known: PullFact | undefined }>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async run(): Promise<Sources> {
    const { ledger, known } = this.#deps;
    let claims: FoundClaim[] = ledger.claims;
    const followed = new Set<number>();
    for (let depth = 0; depth < CHAIN && claims.length > 0; depth += 1) {
      const numbers = new Set<number>();
      for (const { claim, landing, by } of claims) {
        if (claim.pr !== undefined) numbers.add(claim.pr);
        // Whose pull request a merge commit lands decides whether its source is their own.
        if (landing !== undefined && by.length === 0) numbers.add(landing);
      }
      const wanted = [...numbers].filter((number) => !known.has(number));
      const answer = await this.#deps.pulls(wanted);
      for (const [number, fact] of answer.facts) known.set(number, fact);
      for (const [number, gap] of answer.gaps) this.#gaps.set(number, gap);
      for (const claim of claims) this.#credit(claim);
      claims = this.#next(claims, followed);
    }
    this.#reportOpen();
    return this.#out;
  }

  /** The claims of the sources' own descriptions. */
  #next(claims: readonly FoundClaim[], followed: Set<number>): FoundClaim[] {
    const next: FoundClaim[] = [];
    for (const found of claims) {
      const { claim, landing, by } = found;
      if (claim.pr === undefined || followed.has(claim.pr)) continue;
      followed.add(claim.pr);
      const fact = this.#deps.known.get(claim.pr);
      if (fact?.kind !== 'pull' || fact.body === undefined) continue;
      const landings = landing === undefined ? [claim.pr] : [claim.pr, landing];
      const { repo, dialect } = this.#deps;
      const options = { repo, dialect, landing: landings };
      for (const each of sourceClaims(`${fact.title ?? ''}\n\n${fact.body}`, options)) {
        next.push({ claim: each, landing: claim.pr, by, origin: originOf(found) });
      }
    }
    return next;
  }

  #credit(found: FoundClaim): void {
    const { claim } = found;
    const { identities, known, minEvidence, dialect } = this.#deps;
    const { mark } = dialect;
    const evidence: Evidence = {
      line: shownLine(claim.line),
      strength: claim.strength,
      ...(found.sha === undefined ? {} : { sha: found.sha }),
      ...(found.landing === undefined ? {} : { pr: found.landing }),
    };
    const fact = claim.pr === undefined ? undefined : known.get(claim.pr);
    if (fact?.kind === 'issue') return;
    const authors = this.#authorsOf(claim.pr, fact);
    const named = claim.people
      .filter((who) => !this.#isAssistant(who))
      .map((who) => ({ who, key: this.#keyOf(who) }));
    if (authors === 'assistant' && named.length === 0) return;
    const keys = new Map<string, Evidence>();
    for (const each of authors === 'assistant' ? [] : authors) {
      const root = identities.of(each.key).key;
      const differs = named.filter(({ key, who }) => !this.#same(root, key, who));
      const agreed = named.length === 0 || differs.length < named.length;
      const note = agreed
        ? `${mark}${claim.pr} is by this person (${each.from})`
        : `${mark}${claim.pr} is by this person (${each.from}), the text names ${differs.map(({ who }) => nameOf(who)).join(', ')}`;
      keys.set(root, { ...evidence, note: visible(note) });
    }
    const authorRoots = [...keys.keys()];
    for (const { who, key } of named) {
      const root = identities.of(key).key;
      if (keys.has(root) || authorRoots.some((each) => this.#same(each, key, who))) continue;
      const note =
        authorRoots.length > 0
          ? `the text names ${nameOf(who)}, but ${mark}${claim.pr} is by another`
          : undefined;
      keys.set(root, { ...evidence, ...(note === undefined ? {} : { note: visible(note) }) });
    }
    if (keys.size === 0) {
      if (claim.pr === undefined) return;
      if (claim.strength === 'weak' && minEvidence === 'strong') {
        this.#out.weak.push({ who: `the author of ${mark}${claim.pr}`, evidence });
        return;
      }
      const open = this.#open.get(claim.pr) ?? { evidence: [], known: fact };
      open.evidence.push(evidence);
      this.#open.set(claim.pr, open);
      return;
    }
    const own = new Set(found.by.map((seen) => identities.of(this.#deps.keys.get(seen)!).key));
    const landing = found.landing;
    if (landing !== undefined && found.by.length === 0) {
      const authors = this.#authorsOf(landing, known.get(landing));
      if (authors !== 'assistant') for (const { key } of authors) own.add(identities.of(key).key);
    }
    const ownNames = new Set([...own].flatMap((each) => namesOf(identities.of(each))));
    for (const [root, line] of keys) {
      if (own.has(root)) continue;
      // "Authored by: jo" in a commit of jo's: who is known by this text alone is nobody else.
      const person = identities.of(root);
      const byText = person.emails.length === 0 && !authorRoots.includes(root);
      if (byText && namesOf(person).some((each) => ownNames.has(each))) continue;
      if (claim.strength === 'weak' && minEvidence === 'strong') {
        const who = identities.of(root);
        this.#out.weak.push({
          who: who.login === undefined ? who.name : `@${who.login}`,
          evidence: line,
        });
      } else this.#out.credits.push({ key: root, evidence: line, of: originOf(found) });
    }
  }

  #authorsOf(
    pr: number | undefined,
    fact: PullFact | undefined,
  ): { key: string; from: string }[] | 'assistant' {
    const { identities, keys, ledger, assistants } = this.#deps;
    if (pr === undefined) return [];
    if (fact?.author !== undefined) {
      if (assistants.loginReason(fact.author) !== undefined) return 'assistant';
      return [{ key: identities.login(fact.author), from: fact.from }];
    }
    if (fact?.ident !== undefined) {
      if (assistants.reason(fact.ident) !== undefined) return 'assistant';
      return [{ key: identities.add(fact.ident), from: fact.from }];
    }
    // A source that landed in this range itself is known by its commits.
    const landed = ledger.landed.get(pr);
    if (landed === undefined) return [];
    if (landed.by.length > 0) {
      return landed.by.map((seen) => ({
        key: keys.get(seen)!,
        from: `commit ${landed.sha}`,
      }));
    }
    if (landed.owner === undefined) return [];
    return [{ key: identities.login(landed.owner), from: `merge ${landed.sha}` }];
  }

  #keyOf(who: Named): string {
    const { identities } = this.#deps;
    if (who.email !== undefined) return identities.add({ name: who.name ?? '', email: who.email });
    if (who.login !== undefined) return identities.add({ name: who.login, email: '' });
    return identities.add({ name: who.name ?? '', email: '' });
  }

  #isAssistant(who: Named): boolean {
    const { assistants } = this.#deps;
    if (who.email !== undefined)
      return assistants.reason({ name: who.name ?? '', email: who.email }) !== undefined;
    if (who.login !== undefined) return assistants.loginReason(who.login) !== undefined;
    return assistants.reason({ name: who.name ?? '', email: '' }) !== undefined;
  }

  /** The same person, or the same name written for one whose account the number gave. */
  #same(root: string, key: string, who: Named): boolean {
    const { identities } = this.#deps;
    const person = identities.of(root);
    if (identities.of(key).key === person.key) return true;
    const written = (who.name ?? who.login ?? '').toLowerCase();
    return [...person.names, ...person.logins].some((each) => each.toLowerCase() === written);
  }

  #reportOpen(): void {
    const { mark, request } = this.#deps.dialect;
    const unknown = new Map<string, number[]>();
    for (const [number, { evidence, known }] of this.#open) {
      const gap = this.#gaps.get(number);
      const absent = known?.kind === 'absent';
      this.#out.unresolved.push({
        kind: 'source pull request',
        what: absent ? `${mark}${number} (not on the forge any more)` : `${mark}${number}`,
        evidence,
        suggestion: `{"${number}": "LOGIN"}  in a file for --prs`,
      });
      if (!absent) {
        const why =
          gap?.why ?? 'neither the text nor this clone names them; run it online, or tell by --prs';
        unknown.set(why, [...(unknown.get(why) ?? []), number]);
      }
    }
    for (const [why, numbers] of unknown) {
      const shown = numbers.slice(0, SHOWN).map((number) => `${mark}${number}`);
      const more = numbers.length > SHOWN ? `, and ${numbers.length - SHOWN} more` : '';
      const what =
        numbers.length === 1
          ? `the author of source ${request}`
          : `the authors of ${numbers.length} source ${request}s:`;
      this.#out.incomplete.push(`${what} ${shown.join(', ')}${more}: ${why}`);
    }
  }
}

function namesOf({ names, logins }: Pick<Identity, 'names' | 'logins'>): string[] {
  return [...names, ...logins].map((each) => each.toLowerCase());
}

function originOf({ sha, landing, origin }: FoundClaim): Origin {
  return (
    origin ?? {
      ...(sha === undefined ? {} : { sha }),
      ...(landing === undefined ? {} : { pr: landing }),
    }
  );
}
