import { ANY_SOURCE } from './cues.ts';
import type { Strength } from './model.ts';
import { sentences } from './prose.ts';
import { claimsOf } from './source-claims.ts';
import type { Named } from './source-items.ts';

/** One source that a text names: a pull request, people, or both. */
export interface SourceClaim {
  readonly pr?: number;
  readonly people: readonly Named[];
  readonly family: string;
  readonly strength: Strength;
  readonly line: string;
}

const STEMS =
  /salvag|rescu|cherry|carr[yi]|port|adapt|re-?work|re-?impl|rebas|reviv|over|contin|buil[dt]|distil|land|based|basing|base[sd]|original|initial|supers|supercede|obsolet|replac|credit|attribution|thank|thx|pick|resurrect|extract|lift|deriv|harvest|pull|taken|took|borrow|split|cribbed|copied|adopt|recover|resum|reboot|dust|unstall|re-?w[ro]|re-?d[oi]|re-?creat|re-?sp|re-?sub|re-?open|re-?appl|re-?roll|re-?fact|finish|complet|conclud|incorp|absorb|integr|consol|combin|fold|merges in|import|squash|includ|preserv|appl|bundle|author|develop|written|contribut|from|via|by|first|previously|earlier|expand|extend|iterat|kudos|props|hat tip|h\/t|shout|wrote|work|applied|brought|carved|spun|version|variant|this is/i;
const TARGET =
  /#\d|@\w|\bPRs?\b|pull|\b(?:by|from)\b|credit|GH-\d|['’]s\b|author|carry|salvag|cherry/i;

/**
 * The sources a commit message or a pull request's description credits.
 * @param text the message; its first line is the subject
 * @param options.repo "owner/name", to tell own numbers from those of other repositories
 * @param options.landing numbers that mean this very change
 */
export function sourceClaims(
  text: string,
  options: { repo?: string; landing?: readonly number[] } = {},
): SourceClaim[] {
  if (!TARGET.test(text) || !STEMS.test(text)) return [];
  // A cue may run over a line's end; most messages end here.
  if (!ANY_SOURCE.test(text.replaceAll('\n', ' '))) return [];
  if (/^(?:Revert|Reapply) "|^revert(?:\([^)]*\))?!?:/i.test(text)) return [];
  const found: SourceClaim[] = [];
  for (const { text: sentence } of sentences(withoutLanding(text))) {
    // A question is no statement.
    if (sentence.endsWith('?')) continue;
    if (!TARGET.test(sentence) || !ANY_SOURCE.test(sentence)) continue;
    found.push(...claimsOf(sentence, options));
  }
  return merge(found);
}

/** `subject (#12)` says where it landed; a merge's first line says where it came from. */
function withoutLanding(text: string): string {
  const end = text.indexOf('\n');
  const subject = end === -1 ? text : text.slice(0, end);
  const rest = end === -1 ? '' : text.slice(end);
  if (/^Merge /.test(subject)) return rest.trimStart();
  // A subject is a sentence of its own only where an empty line follows.
  const stop = /^\n\S/.test(rest) || /^#|[.!?:]$/.test(subject) ? '' : '.';
  return `${OF_A_PERSON.test(subject) ? subject : subject.replace(/\s*\(#\d+\)\s*$/, '')}${stop}${rest}`;
}

/** "taken over from @a (#12)": the number is that person's, not the landing. */
const OF_A_PERSON =
  /(?:@[\w-]+|@[\w-]+'s(?: [\w-]+){1,2}|\b(?:by|from|to)\s+[\p{L}\p{N}.'-]+(?:\s+\p{Lu}[\p{L}.'-]+)*)\s*\(#\d+\)\s*$/u;

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
