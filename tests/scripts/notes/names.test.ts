import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasWords, NameIndex } from '../../../scripts/notes/names.ts';

/** Pieces that names and notes are made of: cases, scripts, marks and joints that are easily got wrong. */
const piece = fc.constantFrom(
  ...[
    'Ada',
    'ada',
    'ADA',
    'Maker',
    'o’Neil',
    "O'Neil",
    'Jean-Luc',
    'Łukasz',
    'ŁUKASZ',
    'straße',
    'STRAẞE',
    'σίγμας',
    'ΣΊΓΜΑΣ',
  ],
  ...[
    '李',
    '小龙',
    'محمد',
    'Ali',
    'İpek',
    'ſam',
    'Sam',
    '\u212Aim',
    'kim',
    '𝒜da',
    '#1',
    '(x)',
    '.',
    '_',
    '-',
    '@',
    '🎉',
    '3',
  ],
);
const space = fc.constantFrom(' ', '  ', '\n', '\t', '', ', ', '\u00a0');
const words = (most: number) =>
  fc
    .array(fc.tuple(piece, space), { minLength: 1, maxLength: most })
    .map((pairs) => pairs.map(([word, gap]) => word + gap).join(''));

it('R48 finds by its index what the plain rule finds, whatever is in the text and the name', () => {
  fc.assert(
    fc.property(
      words(30),
      fc.array(
        words(3)
          .map((w) => w.trim())
          .filter((w) => w.length > 1),
        { maxLength: 10 },
      ),
      (text, names) => {
        const index = new NameIndex(text);
        for (const name of names) {
          expect(index.has(name), `${JSON.stringify(name)} in ${JSON.stringify(text)}`).toBe(
            hasWords(text, name),
          );
        }
      },
    ),
    { numRuns: 250, seed: 48 },
  );
});

it('R48 tries grow with the names, and not with the names times the lines', () => {
  const tries = (people: number): number => {
    const names = Array.from({ length: people }, (_, i) => `Person${i} Family${i}`);
    const index = new NameIndex(names.map((name) => `- ${name} (1 commit)`).join('\n'));
    for (const name of [...names, ...names.map((name) => `Absent ${name}`)]) index.has(name);
    return index.tries;
  };
  expect(tries(1_000)).toBe(10 * tries(100));
});
