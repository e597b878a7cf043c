import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../../gateway/platforms/shared/split.ts';

const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

describe('splitting text', () => {
  it('leaves a short text alone', () => {
    expect(splitText('hello', 100)).toEqual(['hello']);
    expect(splitText('', 100)).toEqual(['']);
  });

  it('cuts at a paragraph before a line, a line before a sentence, a sentence before a word', () => {
    const words = 'word '.repeat(12).trim();
    expect(splitText(`${words}\n\n${words}`, 100)).toEqual([words, words]);
    expect(splitText(`${words}\n${words}`, 100)).toEqual([words, words]);
    expect(splitText(`${words}. ${words}`, 100)).toEqual([`${words}.`, words]);
    for (const piece of splitText('word '.repeat(100), 100)) expect(piece).toMatch(/^word.*word$/);
  });

  it('closes a code fence that it cuts and opens it again with its language', () => {
    const code = Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n');
    const pieces = splitText(`before\n\n\`\`\`python\n${code}\n\`\`\`\n\nafter`, 90);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) {
      expect((piece.match(/^```/gm) ?? []).length % 2).toBe(0);
      expect(piece.length).toBeLessThanOrEqual(90);
    }
    expect(pieces[1]?.startsWith('```python\n')).toBe(true);
    const lines = pieces
      .join('\n')
      .split('\n')
      .filter((l) => l.startsWith('line '));
    expect(lines).toEqual(code.split('\n'));
  });

  it('never cuts a surrogate pair', () => {
    for (const limit of [64, 65, 66, 67]) {
      for (const piece of splitText('😀'.repeat(200), limit)) expect(piece).not.toMatch(lone);
    }
  });

  it('keeps every piece within the limit and every word in order, whatever the text', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '```js\n',
        '```\n',
        '~~~~\n',
        '\n\n',
        '\n',
        '. ',
        ' ',
        '😀',
        '👩‍👩‍👧',
        '````````````\n',
      ),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.stringMatching(/^[a-z]{1,90}$/),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 60 }),
        fc.integer({ min: 64, max: 200 }),
        (parts, limit) => {
          const text = parts.join('');
          const pieces = splitText(text, limit);
          for (const piece of pieces) {
            expect(piece.length).toBeLessThanOrEqual(limit);
            expect(piece).not.toMatch(lone);
          }
          const letters = (s: string) => s.replaceAll(/[^a-z]/g, '').replaceAll('js', '');
          if (!/`|~/.test(text)) expect(letters(pieces.join(''))).toBe(letters(text));
        },
      ),
      { numRuns: 500 },
    );
  });
});
