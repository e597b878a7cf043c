import { describe, expect, it } from 'vitest';
import { beginnings } from '../../../../scripts/attribution/source/beginnings.ts';
import { cuesAt } from '../../../../scripts/attribution/source/cue-index.ts';
import { CUES } from '../../../../scripts/attribution/source/cues.ts';
import { CORPUS } from './corpus.ts';
import { SOURCES } from './corpus-sources.ts';

const startsOf = (source: string) => {
  const found = beginnings(source);
  return found === undefined ? 'anything' : [...found].sort().join(' ');
};

describe('what a pattern can begin with', () => {
  it.each([
    ['salvag(?:e|es)\\b', 'sa'],
    ['(?:back[- ]?|forward[- ]?)?port', 'ba fo po'],
    ['(?:is |was )?(?:carried|ported)', 'ca is po wa'],
    ['^\\b(?!x)(?=y)(?<=z)land', 'la'],
    ['(?:cc|\\/cc)', '/c cc'],
    ['a{0,2}b', 'a b'],
    ['a+b', 'a'],
    ['(?-i:Q)r', 'qr'],
    ['a[bc]', 'a'],
    ['a?b\\w', 'ab b'],
    ['\\w+x', 'anything'],
    ['[ab]x', 'anything'],
    ['x*', 'anything'],
  ])('%s: %s', (source, starts) => {
    expect(startsOf(source)).toBe(starts);
  });

  it('no cue is missed at any place of the corpus', () => {
    const missed: string[] = [];
    for (const [text] of [...CORPUS, ...SOURCES]) {
      for (let at = 0; at < text.length; at += 1) {
        const offered = new Set(cuesAt(text, at));
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
