/** A run of letters and digits: what a name is found by. */
const RUN = /[\p{L}\p{N}]+/gu;

const GOES_ON_BEFORE = /[\p{L}\p{N}_@-]$/u;
const GOES_ON = /^[\p{L}\p{N}_-]/u;

/**
 * Whether a text has a name as whole words: not as a part of a longer word, a handle or an identifier. White
 * space within a name stands for any. The plain rule, by which `NameIndex` is judged.
 */
export function hasWords(text: string, name: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}_@-])${patternOf(name)}(?![\\p{L}\\p{N}_-])`, 'iu').test(
    text,
  );
}

/**
 * A text in which many names are looked for. It is read once; a name is then tried only where its first word
 * stands, and not at all where one of its words is absent: the cost grows with the text and with the names, not with
 * one times the other.
 */
export class NameIndex {
  readonly #text: string;
  /** Where each run of the text begins, by the run without its case. */
  readonly #runs = new Map<string, number[]>();
  /** Places at which a name was tried, for a test. */
  tries = 0;

  constructor(text: string) {
    this.#text = text;
    for (const { 0: run, index } of text.matchAll(RUN)) {
      const key = folded(run);
      const places = this.#runs.get(key);
      if (places === undefined) this.#runs.set(key, [index]);
      else places.push(index);
    }
  }

  /** As `hasWords` of this text. */
  has(name: string): boolean {
    const runs = name.match(RUN);
    // A name that begins with no letter (an emoji, a bracket) is rare, and looked for by the plain rule.
    if (runs === null || !name.startsWith(runs[0])) return hasWords(this.#text, name);
    if (runs.some((run) => !this.#runs.has(folded(run)))) return false;
    // The classes of letters are compiled once, and not again for each name: that took most of the time.
    const pattern = new RegExp(patternOf(name), 'iuy');
    for (const place of this.#runs.get(folded(runs[0])) ?? []) {
      this.tries++;
      pattern.lastIndex = place;
      if (pattern.test(this.#text) && this.#isWhole(place, pattern.lastIndex)) return true;
    }
    return false;
  }

  /** No word goes on before or behind. */
  #isWhole(start: number, end: number): boolean {
    // Two units: the letter before may be a surrogate pair.
    const before = this.#text.slice(Math.max(0, start - 2), start);
    const code = this.#text.codePointAt(end);
    return (
      !GOES_ON_BEFORE.test(before) &&
      !(code !== undefined && GOES_ON.test(String.fromCodePoint(code)))
    );
  }
}

function patternOf(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
}

/** Without case, letter by letter as a pattern with the flags `iu` compares (Unicode's simple case folding). */
function folded(run: string): string {
  if (/^[a-z0-9]+$/.test(run)) return run;
  let key = '';
  for (const letter of run) {
    const upper = letter.toUpperCase();
    const one = isOne(upper) ? upper : letter;
    const lower = one.toLowerCase();
    key += isOne(lower) ? lower : one;
  }
  return key;
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}
