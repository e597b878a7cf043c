/**
 * The letters that a match of a pattern can begin with, in lower case; undefined where it can
 * begin with anything. Reads the part of the syntax that the cues are written in. What it does not
 * know it takes for "anything", so that the answer is never too small.
 * @param source the source of a pattern that ignores case
 */
export function firstLetters(source: string): ReadonlySet<string> | undefined {
  const reader = { source, at: 0 };
  const found = alternatives(reader);
  return found.any || found.empty || reader.at < source.length ? undefined : found.letters;
}

/** What can stand first; `empty` where a match can also be empty. */
interface First {
  readonly letters: Set<string>;
  any: boolean;
  empty: boolean;
}

interface Reader {
  readonly source: string;
  at: number;
}

function alternatives(reader: Reader): First {
  const found: First = { letters: new Set(), any: false, empty: false };
  do {
    const each = sequence(reader);
    for (const letter of each.letters) found.letters.add(letter);
    found.any ||= each.any;
    found.empty ||= each.empty;
  } while (reader.source[reader.at] === '|' && ++reader.at);
  return found;
}

function sequence(reader: Reader): First {
  const found: First = { letters: new Set(), any: false, empty: true };
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at]!)) {
    if (!found.empty) {
      skip(reader);
      break;
    }
    const each = term(reader);
    const optional = quantifier(reader);
    for (const letter of each.letters) found.letters.add(letter);
    found.any ||= each.any;
    found.empty = each.empty || optional;
  }
  return found;
}

/** Reads past the rest of an alternative, which something stands before. */
function skip(reader: Reader): void {
  const { source } = reader;
  for (let depth = 0; reader.at < source.length; reader.at += 1) {
    const char = source[reader.at];
    if (char === '\\') reader.at += 1;
    else if (char === '[') reader.at = classEnd(source, reader.at + 1) - 1;
    else if (char === '(') depth += 1;
    else if (depth === 0 && (char === ')' || char === '|')) return;
    else if (char === ')') depth -= 1;
  }
}

/** Where the place behind a character class is. */
function classEnd(source: string, from: number): number {
  let at = from;
  while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

function term(reader: Reader): First {
  const { source } = reader;
  const char = source[reader.at]!;
  if (char === '(') return group(reader);
  reader.at += 1;
  if (char === '^' || char === '$') return { letters: new Set(), any: false, empty: true };
  if (char === '[') {
    reader.at = classEnd(source, reader.at);
    return ANYTHING;
  }
  if (char === '\\') {
    const escaped = source[reader.at]!;
    reader.at += 1;
    if (/b/i.test(escaped)) return { letters: new Set(), any: false, empty: true };
    return /\w/.test(escaped)
      ? ANYTHING
      : { letters: new Set([escaped]), any: false, empty: false };
  }
  if (char === '.') return ANYTHING;
  return { letters: new Set([char.toLowerCase()]), any: false, empty: false };
}

const ANYTHING: First = { letters: new Set(), any: true, empty: false };

function group(reader: Reader): First {
  const kind = /\(\?(?:[a-z]*-?[a-z]*:|<?[=!])/y;
  kind.lastIndex = reader.at;
  const opening = kind.exec(reader.source)?.[0];
  reader.at += opening?.length ?? 1;
  const inside = alternatives(reader);
  reader.at += 1;
  // What looks ahead or behind takes no room.
  if (/[=!]$/.test(opening ?? '')) return { letters: new Set(), any: false, empty: true };
  return inside;
}

/** Reads past a quantifier; whether it lets the term be absent. */
function quantifier(reader: Reader): boolean {
  const match = /(?:[?*+]|\{(\d+)(?:,\d*)?\})\??/y;
  match.lastIndex = reader.at;
  const found = match.exec(reader.source);
  if (found === null) return false;
  reader.at += found[0].length;
  return found[0].startsWith('?') || found[0].startsWith('*') || found[1] === '0';
}
