import { type Dialect, GITHUB } from '../dialect.ts';
import { squashMark } from '../landing.ts';
import type { Named, SourceClaim } from './claim.ts';
import { sentences } from './prose.ts';
import { type References, referencesOf } from './references.ts';
import { claimsOf } from './sentence.ts';
import { hasStem } from './stems.ts';

/** What somebody or some change can be named by besides a number; "by" and "from" outside a trailer. */
const NAMES =
  "(?<![\\w.+-])@\\w|['’]s\\b|\\/pull\\/|\\b(?:prs?\\b|pull req|(?<!-)(?:by|from|works? of)\\b|credit|gh-\\d|author\\b|carry|salvag|cherry|(?:based-on|original|developed|(?<!co-)authored|written|implemented)[\\w-]*-by:)";
const NAMED = new RegExp(`#\\d|${NAMES}`, 'i');
/** The same of a whole message: the number at the end of its subject says where it landed. */
const MAY_NAME = new RegExp(
  `#\\d(?:(?<!\\(#\\d)|(?!\\d*\\)\\s*(?:\\n|$))|(?<=\\n[\\s\\S]*))|${NAMES}`,
  'i',
);

/** A cheap look: whether a text can have any claim at all. Most have none. */
export function mayClaim(text: string, dialect: Dialect = GITHUB): boolean {
  return (MAY_NAME.test(text) || dialect.reference?.test(text) === true) && hasStem(text);
}

function isNamed(text: string, dialect: Dialect): boolean {
  return (NAMED.test(text) || dialect.reference?.test(text) === true) && hasStem(text);
}

/** Of which repository a text is, and how its forge writes. */
export interface ClaimOptions {
  /** "owner/name", to tell own numbers from those of other repositories. */
  readonly repo?: string | undefined;
  /** Numbers that mean this very change. */
  readonly landing?: readonly number[];
  /** GitHub's when left out. */
  readonly dialect?: Dialect;
}

/**
 * The sources a commit message or a pull request's description credits.
 * @param text the message; its first line is the subject
 */
export function sourceClaims(text: string, options: ClaimOptions = {}): SourceClaim[] {
  const { dialect = GITHUB, landing } = options;
  if (!mayClaim(text, dialect)) return [];
  if (/^(?:Revert|Reapply) "|^revert(?:\([^)]*\))?!?:/i.test(text)) return [];
  const found: SourceClaim[] = [];
  const references = referencesOf(dialect, options.repo);
  const named = (each: string) => isNamed(each, dialect);
  for (const { text: sentence } of sentences(withoutLanding(text, dialect), named)) {
    // A question is no statement, but for "r? @reviewer".
    if (sentence.endsWith('?') && !/\br\?$/.test(sentence)) continue;
    if (!named(sentence)) continue;
    found.push(...claimsIn(sentence.slice(0, LONGEST), options.repo, landing, references));
  }
  return merge(found);
}

/** The claims of a sentence; they quote it as it was written. */
function claimsIn(
  sentence: string,
  repo: string | undefined,
  landing: readonly number[] = [],
  references?: References,
): SourceClaim[] {
  if (references === undefined) return claimsOf(sentence, { repo, landing });
  const options = { repo: references.repo, landing, freeLogins: true };
  const claims = claimsOf(references.translate(sentence), options);
  return claims.map((claim) => ({ ...claim, line: sentence }));
}

/** What has no end for so many characters is no prose; each cue looks back over all of it. */
const LONGEST = 2000;

/** `subject (#12)` says where it landed; a merge's first line says where it came from. */
function withoutLanding(text: string, { landingMarks }: Dialect): string {
  const end = text.indexOf('\n');
  const subject = end === -1 ? text : text.slice(0, end);
  const rest = end === -1 ? '' : text.slice(end);
  if (/^Merge /.test(subject)) return rest.trimStart();
  // A subject is a sentence of its own only where an empty line follows.
  const stop = /^\n\S/.test(rest) || /^#|[.!?:]$/.test(subject) ? '' : '.';
  const mark = squashMark(subject, landingMarks);
  const kept =
    mark === undefined || OF_A_PERSON.test(subject) ? subject : subject.slice(0, mark.start);
  return `${kept}${stop}${rest}`;
}

/** "taken over from @a (#12)": the number is that person's, not the landing. */
const OF_A_PERSON =
  /(?:@[\w-]+|@[\w-]+'s(?: [\w-]+){1,2}|[\w-]+'s (?:[Pp][Rr]s?|work|patch|fix|branch|change|code)|\b(?:by|from|credits? to|works? of)\s+[\p{L}\p{N}.'-]+(?:\s+\p{Lu}[\p{L}.'-]+)*)\s*\([#!]\d+\)\s*$/u;

/** One claim per number; the stronger strength and everybody's names are kept. */
function merge(claims: readonly SourceClaim[]): SourceClaim[] {
  const byNumber = new Map<number, SourceClaim>();
  const rest: SourceClaim[] = [];
  for (const claim of claims) {
    if (claim.pr === undefined) {
      rest.push(claim);
      continue;
    }
    const old = byNumber.get(claim.pr);
    if (old === undefined) {
      byNumber.set(claim.pr, claim);
      continue;
    }
    const known = new Set(old.people.map(nameOf));
    byNumber.set(claim.pr, {
      ...(old.strength === 'strong' ? old : { ...claim }),
      people: [...old.people, ...claim.people.filter((each) => !known.has(nameOf(each)))],
    });
  }
  return [...byNumber.values(), ...rest];
}

/** How a text's person is written in a report. */
export function nameOf(who: Named): string {
  return who.login === undefined ? (who.name ?? who.email ?? '') : `@${who.login}`;
}
