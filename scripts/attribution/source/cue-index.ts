import { beginnings } from './beginnings.ts';
import { CUES, type CuePattern } from './cues.ts';

let starts: readonly ReadonlySet<string>[] | undefined;
const BY_BEGINNING = new Map<number, readonly CuePattern[]>();

/** The cues that can begin at a place of a text, in order: at most places there is none. */
export function cuesAt(text: string, at: number): readonly CuePattern[] {
  // A number for the two characters, so that no text is made at each place.
  const key = (text.charCodeAt(at) << 16) | (text.charCodeAt(at + 1) || 0);
  let found = BY_BEGINNING.get(key);
  if (found === undefined) {
    const start = ascii(text.slice(at, at + 2)).toLowerCase();
    starts ??= CUES.map(({ pattern }) => beginnings(pattern.source) ?? new Set(['']));
    const shorter = ['', start.slice(0, 1), start];
    found = CUES.filter((_cue, n) => shorter.some((each) => starts![n]!.has(each)));
    BY_BEGINNING.set(key, found);
  }
  return found;
}

/** As much of two characters as is ASCII: no cue begins with anything else. */
function ascii(pair: string): string {
  if (pair.charCodeAt(0) > 126) return '';
  return pair.charCodeAt(1) > 126 ? pair.slice(0, 1) : pair;
}
