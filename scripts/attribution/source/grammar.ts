import type { Draft } from './claim.ts';
import type { Cue, Item } from './items.ts';
import { HELP, LINKING, NO_WORK, PRAISE } from './words.ts';

const OPINION =
  /^(?:'s?)?\s+(?:(?!with\b|after\b|and\b|plus\b|including\b)[#\w]+ ){0,2}(?:feedback|reports?|comments?|suggestions?|reviews?|ideas?|(?<!pull )requests?|advice|analysis|findings|issues?|questions?|remarks?|notes?|repro\w*)\b/i;

/** Whether what stands behind "@a" makes it "@a's report" and the like, which is no work. */
export function isOpinion(rest: string): boolean {
  return OPINION.test(rest);
}

/** The words of a text, in lower case. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_'-]+/gu) ?? [];
}

/** Families whose verb needs no noun of work behind it: nobody salvages a settings page. */
const PLAIN = /^(?:salvage|rescue|cherry-pick|carry|original|credit|authored|extract|from)$/;

/** What stands behind a number that only says which: "the #1 guard". */
const QUALIFIES =
  /^\s+(?!(?:by|and|from|with|to|which|that|who|in|on|onto|as|for|here|into|so|but|because|since|after|before|at|is|was|were|via|of|or|without|plus|authorship|commits?|changes?|patch(?:es)?|rebased|too|also|again|[a-z]+ing)\b)[a-z]/;

/** Whether a cue reaches over this gap to the first thing it governs. */
export function reaches(
  written: string,
  { cue: { kind, family }, start, end }: Cue,
  item: Item,
  text: string,
): boolean {
  // "replaces (and closes) #1"
  const gap = written.replace(/\((?:and|&) [\w-]+\)/, '');
  if (/\)\s*[^\s.,)]+\s+\w+/.test(gap)) return false;
  if (family === 'based on' && NO_WORK.test(gap)) return false;
  // "replaces one with another (#1)"
  if (family === 'replace' && /\bwith\b/i.test(gap)) return false;
  if (/^\s*(?:nothing|none|neither|no)\b/i.test(gap)) return false;
  // "built on Ubuntu"
  if (family === 'build on' && /^\s+(?!PR)\p{Lu}/u.test(gap)) return false;
  const between = words(gap);
  // "handles imports (#1)", "to include #1 in the list"
  if (family === 'include' || family === 'continue') {
    if (/^\s*\($/.test(gap) || (family === 'include' && /\bto\s+$/i.test(text.slice(0, start))))
      return false;
    // "(bundles) and #1", "including with #1", "preserves the #1 guard"
    if (/^[^(]*\)|^\s+with\b/.test(gap)) return false;
    if (family === 'include' && item.type === 'pr' && QUALIFIES.test(text.slice(item.end)))
      return false;
  }
  // "adapt the test to the change in #1"
  if (
    /^(?:adapt|port|rework|rebase)$/.test(family) &&
    (between.includes('to') || between.includes('for'))
  ) {
    if (!/^(?:from|by)$/.test(between.at(-1)!)) return false;
  }
  if (between.every((word) => LINKING.has(word))) return !/[.]\s/.test(gap);
  if (kind !== 'source' || between.length > 14) return false;
  // Some words between: then a preposition or a parenthesis must lead to it.
  const lead = between.at(-1)!;
  const plain = PLAIN.test(family);
  if (/^(?:PR|pull)/i.test(text.slice(item.start, item.end)) && !plain) {
    // "the long-dead PR #1"
    if (between.filter((word) => !LINKING.has(word)).length <= 1) return true;
  }
  if (/\(\s*$/.test(gap)) {
    if (/\b(?:PR|pull request)\b/i.test(gap)) return true;
    // "salvages the watcher (#1)" has a source; "rework the settings (#1)" says where it landed.
    return plain && family !== 'credit' && /(?:s|ed|ing)\b/i.test(text.slice(start, end));
  }
  if (lead === 'in') return plain || LINKING.has(between.at(-2)!);
  if (/^(?:from|of|by)$/.test(lead) || /:\s*$/.test(gap)) return true;
  if (item.type === 'person') return item.owns || /^(?:by|from)\b/i.test(lead);
  const tail = between.slice(-3);
  return (
    tail.some((word) => /^(?:from|of|by|in)$/.test(word)) &&
    tail.slice(1).every((w) => LINKING.has(w))
  );
}

/** "(thanks @a)" right behind a number names its author, unless it is for a review or a report. */
export function isPraise(text: string, cue: Cue, drafts: readonly Draft[]): boolean {
  const last = drafts.at(-1);
  if (last?.pr === undefined || last.people.length > 0) return false;
  const between = words(text.slice(last.end, cue.start));
  return (
    PRAISE.test(text.slice(cue.start, cue.end)) &&
    between.every((word) => /^(?:and|all|with|many|full|big)$/.test(word)) &&
    !isHelp(text.slice(cue.end))
  );
}

/** "for reporting it", but not "for the idea and the code". */
export function isHelp(rest: string): boolean {
  return (
    HELP.test(rest) &&
    !/\b(?:implement\w*|code|patch|original|wr[io]t\w+|author\w*|and fix\w*)\b/i.test(rest)
  );
}

/** "supersedes and closes #1", "lands a part of #1": the first verb goes on. */
export function goesOn(
  text: string,
  cue: Cue,
  governing: Cue | undefined,
  before: Item | undefined,
): boolean {
  if (governing === undefined || governing.cue.kind === 'other') return false;
  const said = text.slice(cue.start, cue.end);
  if (/^ideas?$/i.test(said)) return governing.cue.family !== 'based on';
  if (cue.cue.family !== 'fixes') return false;
  // "replaces the closed PR #1"
  if (/^closed\b/i.test(said)) return true;
  // "ports @a's fix (#1)"
  if (before?.type === 'person' && before.owns && /^fix$/i.test(said)) return true;
  return (
    /^\s*\(?(?:and|&|\/)\s*$/i.test(text.slice(governing.end, cue.start)) || /^part of/i.test(said)
  );
}

const NO_APPROACH =
  /^(?: (?!(?:with|using|by|approach|idea|patch|code|work|fix|implementation|changes?|tests?)\b)[\w-]+){1,5} $/i;

/** "since #1 landed", "broken by #1, which reworked it": still said of #1, by the cue before. */
export function isRelative(
  text: string,
  before: Item | undefined,
  cue: Cue,
  governing: Cue | undefined,
): boolean {
  if (governing?.cue.kind !== 'other' || before === undefined) return false;
  if (before.type === 'cue') {
    // "after the rework of #1", "fallout from the port in #2"
    if (before !== governing) return false;
    const between = text.slice(before.end, cue.start);
    if (cue.cue.family === 'from') {
      // "fix a misplaced dependency from PR #1": what that one broke.
      const broken = before.cue.family === 'fixes' && NO_APPROACH.test(between);
      return broken || between.trim() === '';
    }
    if (before.cue.family === 'time' && /^(?: (?!by\b|and\b|then\b)[\w-]+){0,4} $/i.test(between)) {
      return !/^(?:original|credit)$/.test(cue.cue.family);
    }
    // "conflicts with the rework in #1"
    const article =
      /^ (?:(?:to|with|in|of|from) )?(?:the|an?|its) (?:(?!by\b|and\b)[\w-]+ ){0,2}$/i.test(
        between,
      );
    if (/^(?:refers|stacked)$/.test(before.cue.family) && article)
      return !/^(?:original|credit)$/.test(cue.cue.family);
    if (before.cue.family === 'cause' && /^ by (?:the|a|an|that) $/i.test(between)) return true;
    return (
      /^(?:cause|fixes)$/.test(before.cue.family) &&
      !/^(?:original|credit)$/.test(cue.cue.family) &&
      /^(?: (?:the|a|an|of|from|in|for|last|recent|its|that))+ $/i.test(
        text.slice(before.end, cue.start),
      )
    );
  }
  const gap = text.slice(before.end, cue.start);
  if (cue.cue.family === 'authored' && /^\)?,\s+(?:[\w-]+ ){0,3}$/.test(gap)) return true;
  return governing.cue.family === 'time'
    ? /^\)?\s+(?:is |was |has |had |got )?$/.test(gap)
    : /^\)?,?\s+(?:which|that|who)\s+(?:has |had |also )?$/.test(gap);
}

/** Whether an item goes on with the list before it. */
export function follows(gap: string): boolean {
  if (/[.]\s|\((?:the|an?|see|cf|unlike)\b/.test(gap)) return false;
  const between = words(gap);
  return between.length <= 8 && between.filter((word) => !LINKING.has(word)).length <= 4;
}

/** Whether the number at this place is called one's own: "my PR #1". */
export function isOwn(text: string, at: number): boolean {
  return /\b(?:my|our)\s+(?:[\w-]+\s+){0,3}(?:in\s+)?(?:\()?$/i.test(
    text.slice(Math.max(0, at - 40), at),
  );
}

/** Whether a cue is said of what stands before it: "#1, rebased". */
export function isParticiple(text: string, item: Item): boolean {
  const word = text.slice(item.start, item.end);
  return /(?:^wrote.*|^built.*|^(?:authored|implemented|opened|started) .*|ed|based (?:up)?on|built (?:up)?on|starting point|basis|(?<!re)base|foundation|blueprint|source|this|here|taken over|distilled|spun|redone|rewritten)\b/i.test(
    word,
  );
}

/** "@a salvaged it", "thanks @b for rebasing": the person acts, and is not the source. */
export function doesIt(text: string, item: Item, next: Item): boolean {
  if (next.type !== 'cue' || next.cue.kind === 'other') return false;
  return (
    /^\s+(?:has |had |then |later |also )?$/.test(text.slice(item.end, next.start)) &&
    isParticiple(text, next)
  );
}
