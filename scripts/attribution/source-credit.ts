import type { Strength } from './model.ts';
import { sentences } from './prose.ts';
import { type Item, type Named, readItems } from './source-items.ts';
import { ANY_SOURCE, LINKING } from './words.ts';

/** One source that a text names: a pull request, people, or both. */
export interface SourceClaim {
  readonly pr?: number;
  readonly people: readonly Named[];
  readonly family: string;
  readonly strength: Strength;
  readonly line: string;
}

const STEMS =
  /salvag|rescu|cherry|carr[yi]|port|adapt|re-?work|re-?impl|rebas|reviv|over|contin|buil[dt]|distil|land|based|basing|base[sd]|original|initial|supers|supercede|obsolet|replac|credit|attribution|thank|thx|pick|resurrect|extract|lift|deriv|harvest|pull|taken|took|borrow|split|cribbed|copied|adopt|recover|resum|reboot|dust|unstall|re-?w[ro]|re-?d[oi]|re-?creat|re-?sp|re-?sub|re-?open|re-?appl|re-?roll|re-?fact|finish|complet|conclud|incorp|absorb|integr|consol|combin|fold|merges in|import|squash|includ|preserv|appl|bundle|author|develop|written|contribut|from|via|by|first|previously|earlier|expand|extend|iterat/i;
const TARGET = /#\d|@\w|\bPRs?\b|pull|\bby\b|credit|GH-\d|'s\b|author|carry|salvag|cherry/i;

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
  if (/^(?:Revert|Reapply) "/.test(text)) return [];
  const found: SourceClaim[] = [];
  for (const { text: sentence } of sentences(withoutLanding(text))) {
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
  const stop = /^\n\S/.test(rest) ? '' : '.';
  return `${subject.replace(/\s*\(#\d+\)\s*$/, '')}${stop}${rest}`;
}

interface Draft {
  pr?: number;
  people: Named[];
  family: string;
  strength: Strength;
  end: number;
  /** Only linking words stood between the cue and what it governs. */
  tight: boolean;
}

function claimsOf(
  text: string,
  options: { repo?: string; landing?: readonly number[] },
): SourceClaim[] {
  const items = readItems(text, options.repo);
  const drafts: Draft[] = [];
  let governing: Extract<Item, { type: 'cue' }> | undefined;
  let anchor = 0;
  let idle: Exclude<Item, { type: 'cue' }>[] = [];
  for (const [index, item] of items.entries()) {
    if (item.type === 'cue') {
      if (item.cue.kind === 'other' && item.cue.family === 'passive') idle = [];
      if (item.cue.trailing && !item.negated && isParticiple(text, item)) {
        claimBefore(text, idle, item, drafts);
      }
      // "original author" inside parentheses of a credited one changes nothing.
      governing = item;
      anchor = item.end;
      if (item.cue.kind !== 'other') idle = [];
      continue;
    }
    if (governing === undefined) {
      idle.push(item);
      continue;
    }
    if (governing.negated || governing.cue.kind === 'other') {
      continue;
    }
    if (item.type === 'foreign') {
      anchor = item.end;
      continue;
    }
    const gap = text.slice(anchor, item.start);
    const first = !drafts.some((each) => each.end > governing!.start);
    if (first && !reaches(gap, governing.cue.kind, item)) continue;
    if (!first && !follows(gap)) continue;
    if (item.type === 'pr' && (isOwn(text, item.start) || options.landing?.includes(item.number))) {
      anchor = item.end;
      continue;
    }
    // Somebody who does the salvaging: "@a salvaged", "as @a asked".
    const next = items[index + 1];
    if (item.type === 'person' && next?.type === 'cue' && doesIt(text, item, next)) continue;
    add(text, drafts, item, governing, gap);
    anchor = item.end;
  }
  return drafts
    .map((draft) => (draft.pr === undefined ? withoutGuesses(draft) : draft))
    .filter((draft) => draft.pr !== undefined || draft.people.length > 0)
    .map(({ end: _end, tight: _tight, ...draft }) => ({ ...draft, line: text.slice(0, 400) }));
}

/** Families whose words lead to people even without a number or an @. */
const NAMES_PEOPLE = /^(?:original|credit|authored|salvage|carry|based on)$/;

/**
 * Without a number, a bare word is somebody only right behind a cue that asks for a person:
 * "imported by the shim" and "preserved by simply leaving" name nobody.
 */
function withoutGuesses(draft: Draft): Draft {
  const people = draft.people.filter(
    (who) =>
      who.at === true ||
      who.email !== undefined ||
      (draft.tight && NAMES_PEOPLE.test(draft.family)),
  );
  return { ...draft, people };
}

function add(
  text: string,
  drafts: Draft[],
  item: Extract<Item, { type: 'pr' | 'person' }>,
  governing: Extract<Item, { type: 'cue' }>,
  gap: string,
): void {
  const strength: Strength = governing.cue.kind === 'weak' ? 'weak' : 'strong';
  const family = governing.cue.family;
  const last = drafts.at(-1);
  const tight = !/\band\b/i.test(gap) && words(gap).every((word) => LINKING.has(word));
  if (item.type === 'pr') {
    // "@a's PR #1", "@a in #1": the number belongs to the person before it.
    const owned =
      last !== undefined &&
      last.pr === undefined &&
      last.people.length === 1 &&
      words(gap).every((word) => LINKING.has(word) || word === "'s") &&
      !/[,;]|\band\b/.test(gap);
    if (owned) {
      last.pr = item.number;
      last.end = item.end;
      return;
    }
    drafts.push({ pr: item.number, people: [], family, strength, end: item.end, tight });
    return;
  }
  if (item.owns) {
    drafts.push({ people: [item.who], family, strength, end: item.end, tight });
    return;
  }
  const open = drafts.filter((each) => each.pr !== undefined && each.people.length === 0);
  const joined =
    /^\s*(?:,|&|and|,\s*and)\s*$/i.test(gap) && last !== undefined && last.people.length > 0;
  if (joined) {
    last.people.push(item.who);
    last.end = item.end;
    return;
  }
  // "#1 (a)" is about #1 alone, "#1 and #2 by a" about both.
  const paren = /\(\s*$/.test(gap) || text[item.start] === '(';
  const targets = paren ? open.slice(-1) : open;
  if (targets.length === 0) {
    drafts.push({ people: [item.who], family, strength, end: item.end, tight });
    return;
  }
  for (const draft of targets) {
    draft.people.push(item.who);
    draft.end = item.end;
  }
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_'-]+/gu) ?? [];
}

/** Whether a cue reaches over this gap to the first thing it governs. */
function reaches(gap: string, kind: string, item: Item): boolean {
  if (/\)\s*[^\s.,)]+\s+\w+/.test(gap)) return false;
  const between = words(gap);
  if (between.every((word) => LINKING.has(word))) return !/[.]\s/.test(gap);
  if (kind !== 'source' || between.length > 14) return false;
  // Some words between: then a preposition or a parenthesis must lead to it.
  const lead = between.at(-1)!;
  if (/^(?:from|of|by|in)$/.test(lead) || /\(\s*$/.test(gap) || /:\s*$/.test(gap)) return true;
  if (item.type === 'person') return item.owns || /^(?:by|from)\b/i.test(lead);
  const tail = between.slice(-3);
  return (
    tail.some((word) => /^(?:from|of|by|in)$/.test(word)) &&
    tail.slice(1).every((w) => LINKING.has(w))
  );
}

/** Whether an item goes on with the list before it. */
function follows(gap: string): boolean {
  if (/[.]\s/.test(gap)) return false;
  const between = words(gap);
  return between.length <= 8 && between.filter((word) => !LINKING.has(word)).length <= 4;
}

function isOwn(text: string, at: number): boolean {
  return /\b(?:my|our)\s+(?:[\w-]+\s+){0,3}(?:in\s+)?(?:\()?$/i.test(
    text.slice(Math.max(0, at - 40), at),
  );
}

function isParticiple(text: string, item: Item): boolean {
  const word = text.slice(item.start, item.end);
  return /(?:ed|taken over|distilled|spun|redone|rewritten)\b/i.test(word);
}

/** "@a salvaged it", "thanks @b for rebasing": the person acts, and is not the source. */
function doesIt(text: string, item: Item, next: Item): boolean {
  if (next.type !== 'cue' || next.cue.kind === 'other') return false;
  return (
    /^\s+(?:has |had |then |later |also )?$/.test(text.slice(item.end, next.start)) &&
    isParticiple(text, next)
  );
}

/** "PR #1 by @a, rebased onto main": what stood before, with no other cue of its own. */
function claimBefore(
  text: string,
  idle: readonly Exclude<Item, { type: 'cue' }>[],
  cue: Extract<Item, { type: 'cue' }>,
  drafts: Draft[],
): void {
  const last = idle.at(-1);
  if (last === undefined || last.type === 'foreign') return;
  const gap = text.slice(last.end, cue.start);
  if (words(gap).length > 6 || /[.;:]\s/.test(gap)) return;
  const hasNumber = idle.some((each) => each.type === 'pr');
  const owned = idle.some((each) => each.type === 'person' && each.owns);
  if (!hasNumber && !owned) return;
  let before = 0;
  for (const item of idle) {
    if (item.type === 'foreign') continue;
    if (item.type === 'pr' && isOwn(text, item.start)) continue;
    add(text, drafts, item, cue, text.slice(before, item.start));
    before = item.end;
  }
}

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
