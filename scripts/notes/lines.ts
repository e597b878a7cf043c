/**
 * What one line of Markdown says, told by its characters alone: release notes are thousands of such lines, and the
 * whole grammar takes a second for them. Every answer but `undefined` is what the grammar gives; a test holds it to that.
 */

/** A character that inline markup is made of. An underscore within a word is none. */
const MARKUP = /[`*<\\~]|&[^\s;]+;|\]\(|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/;

/** The words of a line of text; undefined where it may have markup. Addresses are links, but their words stay. */
export function wordsOf(line: string): string | undefined {
  return MARKUP.test(line) ? undefined : line;
}

const ADDRESS = /https?:\/\/|www\./i;
/** An address of a page below somebody's or some project's: it is no profile, however it is cut. */
const DEEP = /https?:\/\/[A-Za-z0-9.-]+(?::\d+)?\/(?!apps\/)[\w.~+-]+\/[A-Za-z0-9][^\s`]*(?=\s|$)/g;
const LINK = /\]\(/g;
/** A link without a title, whose address is taken as it is written. */
const PLAIN_LINK = /\]\([^\s()<>\\&@`]*\)/g;
/** An entity, a picture, and what may be an address right behind an `@`. */
const HARD = /&[^\s;]+;|!\[.*\]\(|@[\w.+-]*@/;

/**
 * The handles in a line of text, in lower case; undefined where only the grammar can tell.
 * @param handle finds one in text without markup (global)
 */
export function lineHandles(line: string, handle: RegExp): string[] | undefined {
  if (!line.includes('@') && !ADDRESS.test(line) && !HARD.test(line)) {
    return line.includes('](') && line.includes('\\') ? undefined : [];
  }
  if (HARD.test(line)) return undefined;
  if (ADDRESS.test(line) && !areDeep(line)) return undefined;
  const text = withoutCode(line);
  if (text === undefined) return undefined;
  if (text.includes('](') && count(text, LINK) !== count(text, PLAIN_LINK)) return undefined;
  const found: string[] = [];
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (isWord(before) || !/[\w\\]/.test(text[at + 1] ?? '')) continue;
    // An escaped underscore begins a handle like a bare one.
    if (text[at + 1] === '\\') return undefined;
    if (at > 0 && before < 128 && !OPENS.has(text[at - 1]!)) return undefined;
    handle.lastIndex = at;
    const match = handle.exec(text);
    handle.lastIndex = 0;
    if (match === null || match.index !== at) continue;
    const [whole, login] = match as unknown as [string, string];
    const next = text[at + whole.length] ?? ' ';
    if (next === '\\' || next === '_' || /^_|_(?![A-Za-z0-9])/.test(login)) return undefined;
    if (next === '(' && login.endsWith(']')) return undefined;
    found.push(login.toLowerCase());
  }
  return found;
}

/** What can stand before a handle in any text. */
const OPENS = new Set(' \t([{,:*"\';');

function areDeep(line: string): boolean {
  return !/www\./i.test(line) && count(line, /https?:\/\//gi) === count(line, DEEP);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function isWord(code: number): boolean {
  return (code > 47 && code < 58) || (code > 64 && code < 91) || (code > 96 && code < 123);
}

const TICKS = /`+/g;
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** A line whose code is one backtick each; undefined where it may have HTML. */
function withoutCode(line: string): string | undefined {
  if (!/[`<]/.test(line)) return line;
  let text = '';
  for (let at = 0; at < line.length; ) {
    const char = line[at]!;
    if (char === '<') return undefined;
    if (char === '\\' && PUNCTUATION.test(line[at + 1] ?? '')) {
      // What is escaped stands as a letter that no handle has before it.
      text += line.slice(at, at + 2);
      at += 2;
    } else if (char === '`') {
      TICKS.lastIndex = at;
      const run = TICKS.exec(line)![0];
      const close = closing(line, at + run.length, run.length);
      text += close === undefined ? run : '`';
      at = close ?? at + run.length;
    } else {
      text += char;
      at += 1;
    }
  }
  return text;
}

/** Behind the next run of so many backticks. */
function closing(line: string, from: number, length: number): number | undefined {
  TICKS.lastIndex = from;
  for (let run = TICKS.exec(line); run !== null; run = TICKS.exec(line))
    if (run[0].length === length) return TICKS.lastIndex;
  return undefined;
}
