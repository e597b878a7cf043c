import type { Draft, SourceClaim } from './claim.ts';
import { addTo, finished } from './drafts.ts';
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
} from './grammar.ts';
import { type Cue, type Item, readItems } from './items.ts';
import { BLAMED } from './words.ts';

interface Options {
  readonly repo?: string | undefined;
  readonly landing?: readonly number[];
  /** Accounts can have dots and underscores. */
  readonly freeLogins?: boolean;
}

/** Behind it nothing in the sentence is a source. */
const OPINED: Cue = {
  type: 'cue',
  cue: { kind: 'other', family: 'people', pattern: /$^/ },
  negated: false,
  start: 0,
  end: 0,
};

/** The claims of one sentence. A cue governs what follows it, up to the next cue. */
export function claimsOf(text: string, options: Options): SourceClaim[] {
  const items = readItems(text, options.repo, options.freeLogins);
  const drafts: Draft[] = [];
  let governing: Cue | undefined;
  let anchor = 0;
  let idle: Exclude<Item, Cue>[] = [];
  for (const [index, item] of items.entries()) {
    const before = items[index - 1];
    if (item.type === 'cue') {
      if (item.cue.kind === 'other' && item.cue.family === 'passive') idle = [];
      const participle = item.cue.trailing === true && isParticiple(text, item);
      if (participle && !item.negated) claimBefore(text, idle, item, drafts);
      if (isPraise(text, item, drafts)) {
        anchor = item.end;
        continue;
      }
      // "closes #1 (salvaged)"
      if (
        participle &&
        governing?.cue.family === 'fixes' &&
        before?.type === 'pr' &&
        /^\s*\($/.test(text.slice(before.end, item.start))
      ) {
        addTo(drafts, text, before, item, '');
      }
      if (goesOn(text, item, governing, before)) {
        anchor = item.end;
        continue;
      }
      if (isRelative(text, before, item, governing)) continue;
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
    if (governing.negated || governing.cue.kind === 'other') continue;
    if (item.type === 'foreign') {
      anchor = item.end;
      continue;
    }
    const gap = text.slice(anchor, item.start);
    const next = items[index + 1];
    const first = !drafts.some((each) => each.end > governing!.start);
    const place = { text, governing, gap, first, before, next, landing: options.landing };
    const verdict = judge(item, place);
    if (verdict === 'ends') governing = OPINED;
    if (verdict === 'is skipped') continue;
    if (verdict === 'counts') {
      // "(@a, #1)"
      const pair = item.type === 'pr' && next?.type !== 'person' && /^,\s*(?:see )?$/.test(gap);
      addTo(drafts, text, item, governing, pair ? ' ' : gap);
    }
    anchor = item.end;
  }
  return finished(drafts, text.slice(0, 400));
}

interface Place {
  readonly text: string;
  readonly governing: Cue;
  readonly gap: string;
  /** Nothing has been governed yet. */
  readonly first: boolean;
  readonly before: Item | undefined;
  readonly next: Item | undefined;
  readonly landing: readonly number[] | undefined;
}

/**
 * Whether what a cue governs is a source: it counts; it is skipped, as if it were not there; it is
 * passed, so that what follows is seen from it; or it ends what the cue governs.
 */
type Verdict = 'counts' | 'is skipped' | 'is passed' | 'ends';

function judge(item: Extract<Item, { type: 'pr' | 'person' }>, place: Place): Verdict {
  const { text, governing, gap, first } = place;
  if (first ? !reaches(gap, governing, item, text) : !follows(gap)) return 'is skipped';
  // "replaces #1, but not #2"
  if (!first && EXCEPT.test(gap)) return 'ends';
  return item.type === 'pr' ? judgeNumber(item, place) : judgePerson(item, place);
}

/** What ends a list of sources. */
const EXCEPT = /\b(?:not|nor|neither|except|unlike|without|never)\b/i;
/** What was said about a pull request: "polish from #1 review". */
const ABOUT_IT = /^(?:'s)?\s+(?:review(?:s|ers?)?|feedback|comments?|discussions?|suggestions?)\b/i;

function judgeNumber(item: Extract<Item, { type: 'pr' }>, { text, gap, landing }: Place): Verdict {
  // "replaces the fix for #1": that is what was broken.
  if (/\b(?:fix(?:es)?|workaround|solution|support|test|tests|hack) for\s*$/.test(gap))
    return 'is skipped';
  const rest = text.slice(item.end);
  if (BLAMED.test(rest) || ABOUT_IT.test(rest)) return 'is skipped';
  return isOwn(text, item.start) || landing?.includes(item.number) ? 'is passed' : 'counts';
}

function judgePerson(item: Extract<Item, { type: 'person' }>, place: Place): Verdict {
  const { text, governing, before, next } = place;
  const rest = text.slice(item.end);
  if (isOpinion(rest)) return 'ends';
  // "based on other/project#1 by @a", "by @a in other/project#1": their work is elsewhere.
  if (before?.type === 'foreign') return 'is skipped';
  if (next?.type === 'foreign' && isIn(text, item, next)) return 'is skipped';
  // Somebody who does the salvaging: "@a salvaged".
  if (next?.type === 'cue' && doesIt(text, item, next)) return 'is skipped';
  return governing.cue.family === 'credit' && isHelp(rest) ? 'is skipped' : 'counts';
}

function isIn(text: string, item: Item, next: Item): boolean {
  return (
    /^\s+(?:in|from|of|at)\s+$/.test(text.slice(item.end, next.start)) &&
    /^[\w./-]+#\d+$|\/pull\/\d+$/.test(text.slice(next.start, next.end))
  );
}

/** "PR #1 by @a, rebased onto main": what stood before, with no other cue of its own. */
function claimBefore(
  text: string,
  idle: readonly Exclude<Item, { type: 'cue' }>[],
  cue: Cue,
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
    addTo(drafts, text, item, cue, text.slice(before, item.start));
    before = item.end;
  }
}
