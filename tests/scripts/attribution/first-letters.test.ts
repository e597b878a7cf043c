import { describe, expect, it } from 'vitest';
import { CUES, cuesAt } from '../../../scripts/attribution/cues.ts';
import { firstLetters } from '../../../scripts/attribution/first-letters.ts';
import { CORPUS } from './corpus.ts';
import { SOURCES } from './corpus-sources.ts';

const lettersOf = (source: string) => {
  const found = firstLetters(source);
  return found === undefined ? 'anything' : [...found].sort().join('');
};

describe('the letters that a pattern can begin with', () => {
  it.each([
    ['salvag(?:e|es)\\b', 's'],
    ['(?:back[- ]?|forward[- ]?)?port', 'bfp'],
    ['(?:is |was )?(?:carried|ported)', 'cipw'],
    ['^\\b(?!x)(?=y)(?<=z)land', 'l'],
    ['(?:cc|\\/cc)', '/c'],
    ['a{0,2}b', 'ab'],
    ['a{2}b', 'a'],
    ['(?-i:Q)r', 'q'],
    ['\\w+x', 'anything'],
    ['[ab]x', 'anything'],
    ['x*', 'anything'],
  ])('%s: %s', (source, letters) => {
    expect(lettersOf(source)).toBe(letters);
  });

  it('no cue is missed at any place of the corpus', () => {
    const missed: string[] = [];
    for (const [text] of [...CORPUS, ...SOURCES]) {
      for (let at = 0; at < text.length; at += 1) {
        const offered = new Set(cuesAt(text[at]!));
        for (const cue of CUES) {
          if (offered.has(cue)) continue;
          cue.pattern.lastIndex = at;
          if (cue.pattern.test(text)) missed.push(`${cue.pattern.source} in ${text}`);
        }
      }
    }
    expect(missed).toEqual([]);
  });
});
