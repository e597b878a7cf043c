/**
 * PostgreSQL's text holds every character but NUL, and no half of a surrogate pair; people's messages may
 * hold both. Both travel, and are kept, as one private character and a mark, and come back as they were.
 */
const MARK = '\uE0FF';

/** The calls as a JSON text that PostgreSQL takes. */
export function toWire(value: unknown): string {
  const text = JSON.stringify(value);
  if (!/\\u0000|\\ud|\uE0FF/.test(text)) return text;
  // JSON.stringify writes a lone surrogate as \udXXX, and a pair as it is. A backslash escapes itself.
  return text.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|u.{4}|.)|\uE0FF/g, (found) => {
    if (found === MARK) return `${MARK}m`;
    if (found === '\\u0000') return `${MARK}0`;
    return found.startsWith('\\ud') ? `${MARK}s${found.slice(2)}` : found;
  });
}

/** What `toWire` was given. */
export function fromWire(text: string): unknown {
  if (!text.includes(MARK)) return JSON.parse(text);
  return JSON.parse(
    text.replace(/\uE0FF(m|0|s(....))/g, (_, what: string, half: string | undefined) => {
      if (what === 'm') return MARK;
      return what === '0' ? '\\u0000' : `\\u${half}`;
    }),
  );
}
