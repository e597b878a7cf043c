import type { Named } from './claim.ts';
import { cuesAt } from './cue-index.ts';
import type { CuePattern } from './cues.ts';
import { NEGATION, NOT_LOGINS, NOT_NAMES, SUPPOSED, UNDONE } from './words.ts';

interface Place {
  readonly start: number;
  readonly end: number;
}
export type Cue = Place & {
  readonly type: 'cue';
  readonly cue: CuePattern;
  readonly negated: boolean;
};
export type Item =
  | Cue
  | (Place & { readonly type: 'pr'; readonly number: number })
  | (Place & { readonly type: 'foreign' })
  | (Place & { readonly type: 'person'; readonly who: Named; readonly owns: boolean });

const URL =
  /https?:\/\/[^\s/]+\/([\w.-]+\/[\w.-]+)\/(pull|pulls|issues|discussions|commit|merge_requests)\/([\w]+)[^\s)\],]*/iy;
const QUALIFIED = /([\w.-]+\/[\w.-]+)#(\d+)\b/y;
const NUMBER =
  /(?:(?:PRs?|pull[- ]requests?|MRs?)(?:\s*[#№]?|\s+\(#)|#|GH-)(\d{1,7})(?![\w.]*\w|%)/iy;
const AFTER_CUE = /\(?\s*(\d{2,7})(?=\s*[),.;:\]]|\s*$|\s+(?:by|from|and)\b)/y;
const HANDLE = /@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))(?![\w@/(]|\.\w)/y;
/** Of GitLab and Forgejo: on GitHub `@a.b` and `@a_b` are code. */
const FREE_HANDLE = /@([A-Za-z0-9_](?:[\w.-]{0,253}[A-Za-z0-9_-])?)(?![\w@/(])/y;
const ADDRESS = /\s*<([^<>\s]+@[^<>\s]+)>/y;
const FULL_NAME =
  "\\p{Lu}[\\p{L}\\p{M}'.-]*(?:\\s+(?:(?:van|von|de|der|den|da|di|del|la|le|el|al|bin|ibn|ter|ten)\\s+)*\\p{Lu}[\\p{L}\\p{M}'.-]*){1,3}";
const WHO = `(${FULL_NAME}|[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}\\p{M}_-]*[\\p{L}\\p{N}_])?)`;
/** Places where a bare word is somebody: "by x", "credit to x", "author: x". */
const AFTER_BY = new RegExp(
  `(?i:\\b(?:by|from)|(?<=\\b(?:work|works|patch|patches|prs?|code|implementation|branch|effort|efforts) )of|\\bcredits? (?:[^.;:@#]{0,40} )?(?:to|goes to|belongs to)|\\bthanks to|\\bauthors?:?|\\bby:|\\bcredit:)\\s+(?i:(?:the )?(?:user|contributor|author)\\s+)?${WHO}(?!\\s*[/(]\\w*\\)|\\.\\w|/|[\\w@]|\\s+v?\\d+(?:\\.\\d+)*\\b)`,
  'uy',
);
const IN_PARENS = new RegExp(`\\((?i:by |from |author:? |thanks )?${WHO}\\)`, 'uy');
/** "authored by: a, b and c": behind a colon bare words are a list of people. */
const LIST_OPENS = /(?:\bby|\bauthors?|\bcredits?)\s*:\s+[^:;.]*$/i;
const LISTED = /^(?:,|,? and|,? &)\s+$/;
const LIST_ENTRY = new RegExp(`${WHO}(?=\\s*(?:,|\\band\\b|&|[.;]|$))`, 'uy');
const POSSESSIVE = new RegExp(
  `${WHO}'s?\\s+(?=(?:\\w+\\s+){0,3}(?:PRs?|pull requests?|work|patch(?:es)?|branch|implementation|commits?|fix|proposal|draft|change|approach|version|attempt|contribution)\\b|#\\d|https?:)`,
  'uy',
);
const POSSESSIVE_HANDLE = /'(?:s\b|(?=\s))/y;

/** Behind these nothing begins: a place in the middle of a word. */
const INSIDE = new Set(
  [...'@#_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((each) =>
    each.charCodeAt(0),
  ),
);

/** Reads a sentence into cues, pull requests and people, in order. `repo` is "owner/name". */
export function readItems(text: string, repo?: string, freeLogins = false): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < text.length; ) {
    const inside = at > 0 && text[at] !== '(' && INSIDE.has(text.charCodeAt(at - 1));
    const item = inside ? undefined : itemAt(text, at, repo, items, freeLogins);
    if (item === undefined) at += 1;
    else {
      items.push(item);
      at = Math.max(item.end, at + 1);
    }
  }
  return items;
}

function itemAt(
  text: string,
  at: number,
  repo: string | undefined,
  items: Item[],
  freeLogins: boolean,
): Item | undefined {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  // What a pattern can begin with is asked first: this is called for every place of a text.
  const char = text[at]!;
  const url = 'hH'.includes(char) ? match(URL) : null;
  if (url !== null) {
    const place = { start: at, end: at + url[0].length };
    // A comment of a pull request is not its work.
    const comment = /#(?:issuecomment|discussion|pullrequestreview)/.test(url[0]);
    const ours = repo === undefined || sameRepo(url[1]!, repo);
    return ours && !comment && /^pulls?$/i.test(url[2]!) && /^\d+$/.test(url[3]!)
      ? { type: 'pr', number: Number(url[3]), ...place }
      : { type: 'foreign', ...place };
  }
  const qualified = text.includes('#', at) ? match(QUALIFIED) : null;
  if (qualified !== null) {
    const place = { start: at, end: at + qualified[0].length };
    return repo !== undefined && sameRepo(qualified[1]!, repo)
      ? { type: 'pr', number: Number(qualified[2]), ...place }
      : { type: 'foreign', ...place };
  }
  const number = '#pPmMgG'.includes(char) ? match(NUMBER) : null;
  // In quotes it is a text of the program.
  const quoted =
    /["“]/.test(text[at - 1] ?? '') && /["”]/.test(text[at + (number?.[0].length ?? 0)] ?? '');
  if (number !== null && isNoWork(text, at, at + number[0].length))
    return { type: 'foreign', start: at, end: at + number[0].length };
  if (number !== null && Number(number[1]) > 0 && !quoted) {
    return { type: 'pr', number: Number(number[1]), start: at, end: at + number[0].length };
  }
  const handle = char === '@' ? match(freeLogins ? FREE_HANDLE : HANDLE) : null;
  if (handle !== null && !/[\w/.`]/.test(at === 0 ? ' ' : text[at - 1]!)) {
    if (NOT_LOGINS.has(handle[1]!.toLowerCase())) return undefined;
    return person(text, at, at + handle[0].length, { login: handle[1]!, at: true });
  }
  const last = items.at(-1);
  const owned = items.at(-2);
  // "@a's #12 (parser)": whose it is has been said.
  const told = owned?.type === 'person' && owned.owns;
  if (last?.type === 'pr' && char === '(' && !told) {
    const who = match(IN_PARENS)?.[1];
    const letter = who !== undefined && /^[a-z]$/i.test(who);
    const named = who === undefined ? undefined : letter ? { login: who } : bare(who, false);
    if (named !== undefined && text.slice(last.end, at).trim() === '') {
      return {
        type: 'person',
        who: named,
        owns: false,
        start: at,
        end: at + match(IN_PARENS)![0].length,
      };
    }
  }
  if (last?.type === 'person' && LISTED.test(text.slice(last.end, at))) {
    const who = LIST_OPENS.test(text.slice(0, last.end)) ? match(LIST_ENTRY)?.[1] : undefined;
    const named = who === undefined ? undefined : bare(who, false);
    if (named !== undefined) return person(text, at, at + who!.length, named);
  }
  for (const cue of cuesAt(text, at)) {
    const found = match(cue.pattern);
    if (found === null) continue;
    const end = at + found[0].length;
    // "by" may belong to the cue and to the person behind it.
    const before = text.slice(0, at);
    const negated = NEGATION.test(before) || SUPPOSED.test(before) || UNDONE.test(before);
    return { type: 'cue', cue, negated, start: at, end };
  }
  if (last?.type === 'cue' && at - last.end <= 1) {
    const plain = match(AFTER_CUE);
    const counts =
      last.cue.kind === 'source' && /carry|salvage|cherry-pick|original/.test(last.cue.family);
    if (plain !== null && counts) {
      return { type: 'pr', number: Number(plain[1]), start: at, end: at + plain[0].length };
    }
  }
  const by =
    ('bBfFoOcCtTaA'.includes(char) ? match(AFTER_BY) : null) ?? byInsideCue(text, at, last);
  if (by !== null) {
    const strict =
      /^from/i.test(by[0]) ||
      (last?.type === 'cue' && /from$/i.test(text.slice(last.start, last.end)));
    const named = bare(by[1]!, strict);
    if (named !== undefined) {
      return person(text, at, by.index + by[0].length, named);
    }
  }
  const owner = reachesApostrophe(text, at) ? match(POSSESSIVE) : null;
  if (owner !== null) {
    const named = bare(owner[1]!, false);
    if (named !== undefined) {
      return { type: 'person', who: named, owns: true, start: at, end: at + owner[0].length };
    }
  }
  return undefined;
}

/** What is fixed or was reported, and the number of an attempt: "the original fix for #1", "(take #4)". */
const NO_WORK =
  /\b(?:original|previous|earlier|first|initial) fix(?:es)? for |\breports? of [^.;]{0,60}\bincluding |\baccidentally (?:re-?opened|closed) $/i;

function isNoWork(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 80), start);
  if (text[end] === ')' && /\((?:take|try|attempt|round|part) $/i.test(before)) return true;
  const match = NO_WORK.exec(before);
  return match !== null && match.index + match[0].length === before.length;
}

/** Whether nothing but what names are made of stands before the next apostrophe: all that POSSESSIVE can match. */
function reachesApostrophe(text: string, at: number): boolean {
  for (let next = at; next < text.length; next += 1) {
    const code = text.charCodeAt(next);
    if (code === 39) return next > at;
    if (code < 128 && !PART_OF_NAMES.has(code)) return false;
  }
  return false;
}

const PART_OF_NAMES = new Set(
  [...' \t\n\v\f\r.-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((each) =>
    each.charCodeAt(0),
  ),
);

const GAP = /[\s:]*/y;
const RIGHT_HERE = new RegExp(`${WHO}(?!\\.\\w|/|[\\w@])`, 'uy');

/** "original work by jane": the cue took the "by", so that the name stands right behind it. */
function byInsideCue(text: string, at: number, last: Item | undefined): RegExpExecArray | null {
  if (last?.type !== 'cue') return null;
  GAP.lastIndex = last.end;
  GAP.test(text);
  if (GAP.lastIndex < at) return null;
  if (
    !/(?:by|from|to)\s*:?$|(?:authors?|credits?|attribution)\s*:$/i.test(
      text.slice(last.start, at).trimEnd(),
    )
  ) {
    return null;
  }
  RIGHT_HERE.lastIndex = at;
  return RIGHT_HERE.exec(text);
}

function person(text: string, start: number, end: number, who: Named): Item {
  ADDRESS.lastIndex = end;
  const address = ADDRESS.exec(text);
  if (address !== null) {
    const email = address[1]!;
    return {
      type: 'person',
      who: { ...who, email },
      owns: false,
      start,
      end: end + address[0].length,
    };
  }
  POSSESSIVE_HANDLE.lastIndex = end;
  const owns = POSSESSIVE_HANDLE.test(text);
  return { type: 'person', who, owns, start, end };
}

/** A bare word or name as somebody; `strict` asks for more than a lower-case word. */
function bare(word: string, strict: boolean): Named | undefined {
  // "Jane Doe's PR"
  const owner = /^(.+?)'s\s/.exec(word)?.[1];
  if (owner !== undefined) return bare(owner, strict);
  if (/\s/.test(word)) {
    const first = word.split(/\s/)[0]!;
    if (NOT_NAMES.has(first.toLowerCase())) return undefined;
    return { name: word.replace(/(?<=\p{L}{2})[.]+$/u, '') };
  }
  if (NOT_NAMES.has(word.toLowerCase()) || /^v?\d+[a-z]{0,3}$|^v\d/i.test(word)) return undefined;
  if (/_/.test(word) || /^(?:gh|pr|mr)-?\d+$/i.test(word)) return undefined;
  if (/^[a-z]+ing$|^(?=.*\d)[0-9a-f]{7,40}$/.test(word)) return undefined;
  if (strict && !/[\d-]|\p{Lu}/u.test(word)) return undefined;
  return /^[A-Za-z0-9-]{1,39}$/.test(word) ? { login: word } : { name: word };
}

function sameRepo(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
