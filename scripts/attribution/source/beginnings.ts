/** As much of a match's beginning as is told apart. */
const LENGTH = 2;

/**
 * What a match of a pattern can begin with: up to two characters each, in lower case; undefined
 * where it can begin with anything. Reads the part of the syntax that the cues are written in. What
 * it does not know it takes for "anything", so that the answer is never too small.
 * @param source the source of a pattern that ignores case
 */
export function beginnings(source: string): ReadonlySet<string> | undefined {
  const reader = { source, at: 0 };
  const { open, closed } = alternatives(reader);
  const found = new Set([...open, ...closed]);
  return found.has('') || reader.at < source.length ? undefined : found;
}

/** Beginnings that the next term goes on with, and such that anything can follow. */
interface Beginnings {
  readonly open: readonly string[];
  readonly closed: readonly string[];
}

interface Reader {
  readonly source: string;
  at: number;
}

const NOTHING: Beginnings = { open: [''], closed: [] };
const ANYTHING: Beginnings = { open: [], closed: [''] };

function alternatives(reader: Reader): Beginnings {
  const open: string[] = [];
  const closed: string[] = [];
  do {
    const each = sequence(reader);
    open.push(...each.open);
    closed.push(...each.closed);
  } while (reader.source[reader.at] === '|' && ++reader.at);
  return { open, closed };
}

function sequence(reader: Reader): Beginnings {
  let open = NOTHING.open;
  const closed: string[] = [];
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at]!)) {
    if (open.every((text) => text.length === LENGTH)) {
      skip(reader);
      break;
    }
    const next = term(reader);
    const { optional, repeated } = quantifier(reader);
    const longer: string[] = optional ? [...open] : [];
    for (const text of open) {
      for (const more of next.open)
        (repeated ? closed : longer).push((text + more).slice(0, LENGTH));
      for (const more of next.closed) closed.push((text + more).slice(0, LENGTH));
    }
    open = longer;
  }
  return { open, closed };
}

/** Reads past the rest of an alternative whose beginning is known. */
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

/** The place behind a character class. */
function classEnd(source: string, from: number): number {
  let at = from;
  while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

function term(reader: Reader): Beginnings {
  const { source } = reader;
  const char = source[reader.at]!;
  if (char === '(') return group(reader);
  reader.at += 1;
  if (char === '^' || char === '$') return NOTHING;
  if (char === '[') {
    reader.at = classEnd(source, reader.at);
    return ANYTHING;
  }
  if (char === '.') return ANYTHING;
  if (char !== '\\') return { open: [char.toLowerCase()], closed: [] };
  const escaped = source[reader.at]!;
  reader.at += 1;
  if (/b/i.test(escaped)) return NOTHING;
  return /\w/.test(escaped) ? ANYTHING : { open: [escaped], closed: [] };
}

function group(reader: Reader): Beginnings {
  const kind = /\(\?(?:[a-z]*-?[a-z]*:|<?[=!])/y;
  kind.lastIndex = reader.at;
  const opening = kind.exec(reader.source)?.[0];
  reader.at += opening?.length ?? 1;
  const inside = alternatives(reader);
  reader.at += 1;
  // What looks ahead or behind takes no room.
  return /[=!]$/.test(opening ?? '') ? NOTHING : inside;
}

/** Reads past a quantifier: whether it lets the term be absent, and come more than once. */
function quantifier(reader: Reader): { optional: boolean; repeated: boolean } {
  const match = /(?:[?*+]|\{(\d+)(?:,\d*)?\})\??/y;
  match.lastIndex = reader.at;
  const found = match.exec(reader.source);
  if (found === null) return { optional: false, repeated: false };
  reader.at += found[0].length;
  const sign = found[0][0]!;
  return { optional: '?*'.includes(sign) || found[1] === '0', repeated: sign !== '?' };
}
