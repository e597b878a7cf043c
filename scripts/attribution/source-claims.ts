import type { Strength } from './model.ts';
import type { SourceClaim } from './source-credit.ts';
import {
  doesIt,
  follows,
  goesOn,
  isHelp,
  isOpinion,
  isOwn,
  isParticiple,
  isPraise,
  isRelative,
  reaches,
  words,
} from './source-grammar.ts';
import { type Item, type Named, readItems } from './source-items.ts';
import { BLAMED, LINKING } from './words.ts';

const OPINED = {
  type: 'cue',
  cue: { kind: 'other', family: 'people', pattern: /$^/ },
  negated: false,
  start: 0,
  end: 0,
} as const;

/** What was said about a pull request: "polish from #1 review". */
const ABOUT_IT = /^(?:'s)?\s+(?:review(?:s|ers?)?|feedback|comments?|discussions?|suggestions?)\b/i;

/** What ends a list of sources. */
const EXCEPT = /\b(?:not|nor|neither|except|unlike|without|never)\b/i;

export interface Draft {
  pr?: number;
  people: Named[];
  family: string;
  strength: Strength;
  end: number;
  /** Only linking words stood between the cue and what it governs. */
  tight: boolean;
  /** "the work of", "a patch by" stood before the person. */
  ofWork?: boolean;
  /** "their PRs #1": more numbers of the same people may follow. */
  several?: boolean;
}

/** The claims of one sentence. A cue governs what follows it, up to the next cue. */
export function claimsOf(
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
      if (isPraise(text, item, drafts)) {
        anchor = item.end;
        continue;
      }
      // "closes #1 (salvaged)"
      const closed = items[index - 1];
      if (
        governing?.cue.family === 'fixes' &&
        closed?.type === 'pr' &&
        item.cue.trailing &&
        isParticiple(text, item) &&
        /^\s*\($/.test(text.slice(closed.end, item.start))
      ) {
        add(text, drafts, closed, item, '');
      }
      if (goesOn(text, item, governing, items[index - 1])) {
        anchor = item.end;
        continue;
      }
      if (isRelative(text, items[index - 1], item, governing)) continue;
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
    if (first && !reaches(gap, governing, item, text)) continue;
    if (!first && !follows(gap)) continue;
    // "replaces #1, but not #2"
    if (!first && EXCEPT.test(gap)) {
      governing = OPINED;
      continue;
    }
    // "replaces the fix for #1": that is what was broken.
    if (
      item.type === 'pr' &&
      /\b(?:fix(?:es)?|workaround|solution|support|test|tests|hack) for\s*$/.test(gap)
    )
      continue;
    if (item.type === 'pr' && BLAMED.test(text.slice(item.end))) continue;
    if (item.type === 'pr' && ABOUT_IT.test(text.slice(item.end))) continue;
    if (item.type === 'pr' && (isOwn(text, item.start) || options.landing?.includes(item.number))) {
      anchor = item.end;
      continue;
    }
    if (item.type === 'person' && isOpinion(text.slice(item.end))) {
      anchor = item.end;
      governing = OPINED;
      continue;
    }
    // Somebody who does the salvaging: "@a salvaged", "as @a asked".
    // "based on other/project#1 by @a": that person's work is elsewhere.
    if (item.type === 'person' && items[index - 1]?.type === 'foreign') continue;
    const next = items[index + 1];
    // "by @a in other/project#1"
    if (item.type === 'person' && next?.type === 'foreign' && isIn(text, item, next)) continue;
    if (item.type === 'person' && next?.type === 'cue' && doesIt(text, item, next)) continue;
    if (item.type === 'person' && governing.cue.family === 'credit' && isHelp(text.slice(item.end)))
      continue;
    // "(@a, #1)"
    const pair = /^,\s*(?:see )?$/.test(gap) && next?.type !== 'person' ? ' ' : gap;
    add(text, drafts, item, governing, item.type === 'pr' ? pair : gap);
    anchor = item.end;
  }
  return (
    drafts
      .map((draft) => (draft.pr === undefined ? withoutGuesses(draft) : draft))
      .filter((draft) => draft.pr !== undefined || draft.people.length > 0)
      // "replaces @a" alone may be a word of any language: supersession is of numbers.
      .filter((draft) => draft.pr !== undefined || draft.strength === 'strong')
      .map(({ end: _end, tight: _tight, ofWork: _ofWork, several: _several, ...draft }) => ({
        ...draft,
        line: text.slice(0, 400),
      }))
  );
}

function isIn(text: string, item: Item, next: Item): boolean {
  return (
    /^\s+(?:in|from|of|at)\s+$/.test(text.slice(item.end, next.start)) &&
    /^[\w./-]+#\d+$|\/pull\/\d+$/.test(text.slice(next.start, next.end))
  );
}

const OF_WORK =
  /\b(?:works?|patch(?:es)?|prs?|code|implementation|branch|efforts?) (?:of|by|from)\b/i;

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
      (draft.tight && (draft.ofWork === true || NAMES_PEOPLE.test(draft.family))),
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
      words(gap).every((word) => LINKING.has(word) || /^'s?$/.test(word)) &&
      (!/[,;]/.test(gap) || /^,\s+whose\b/.test(gap)) &&
      (gap.startsWith("'") || !/\band\b/.test(gap));
    if (owned) {
      last.pr = item.number;
      last.several = /s$/i.test(
        /^[a-z ]+/i.exec(text.slice(item.start, item.end))?.[0].trim() ?? '',
      );
      last.end = item.end;
      return;
    }
    // "@a's PRs #1 and #2"
    const ofSame = last?.several === true && /^\s*(?:,|&|and|,\s*and)\s*$/i.test(gap);
    drafts.push({
      pr: item.number,
      people: ofSame ? [...last.people] : [],
      family,
      strength,
      end: item.end,
      tight,
      ...(ofSame ? { several: true } : {}),
    });
    return;
  }
  if (item.owns) {
    // "Jane Doe's patch" is somebody's, "upstream's patch" is not.
    const ofWork = /\s/.test(item.who.name ?? '');
    drafts.push({ people: [item.who], family, strength, end: item.end, tight, ofWork });
    return;
  }
  // "Jane Doe (@jane)"
  const named = last?.people.at(-1);
  if (
    item.who.at &&
    named?.login === undefined &&
    named?.name !== undefined &&
    /^\s*\($/.test(gap)
  ) {
    last!.people[last!.people.length - 1] = { ...named, ...item.who };
    last!.end = item.end;
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
    const ofWork = OF_WORK.test(gap + text.slice(item.start, item.end));
    drafts.push({ people: [item.who], family, strength, end: item.end, tight, ofWork });
    return;
  }
  for (const draft of targets) {
    draft.people.push(item.who);
    draft.end = item.end;
  }
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
  if (words(gap).length > 6 || (/[.;:]\s/.test(gap) && gap !== ': ')) return;
  if (/\b(?:none|nothing|neither|nobody|no \w+)\b/i.test(text.slice(0, last.start))) return;
  // "in #1 @a reworked the pool": told of what was done before.
  const acts =
    cue.cue.family !== 'wrote' &&
    last.type === 'person' &&
    !last.owns &&
    gap.trim() === '' &&
    !/(?:\bby|\bfrom|\()\s*$/i.test(text.slice(0, last.start));
  if (acts) return;
  if (cue.cue.family === 'wrote' && last.type === 'person' && gap.trim() === '') {
    drafts.push({
      people: [last.who],
      family: 'wrote',
      strength: 'strong',
      end: cue.end,
      tight: true,
    });
    return;
  }
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
