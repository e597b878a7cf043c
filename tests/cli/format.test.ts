import { describe, expect, it } from 'vitest';
import { ago, clip, duration, plural, printable, table } from '../../gateway/cli/text/format.ts';

describe('what people read', () => {
  it('durations have their two largest units', () => {
    const shown = [0, 850, 12_000, 60_000, 200_000, 7_500_000, 349_200_000].map(duration);
    expect(shown).toEqual([
      '0 ms',
      '850 ms',
      '12 s',
      '1 min',
      '3 min 20 s',
      '2 h 5 min',
      '4 d 1 h',
    ]);
    expect(ago(1_000, 1_500)).toBe('just now');
    expect(ago(1_000, 61_000)).toBe('1 min ago');
  });

  it('texts of others cannot steer the terminal', () => {
    expect(clip('a\u001b[31mb\nc\u202ed', 40)).toBe('a [31mb c d');
    expect(clip('\u{1f6a2}'.repeat(10), 4)).toBe(`${'\u{1f6a2}'.repeat(3)}…`);
    expect(printable('a\r\nb\tc\u009b0m')).toBe('a\nb\tc 0m');
  });

  it('columns are aligned', () => {
    expect(
      table(
        [
          ['a', 'bb', 'c'],
          ['aaa', 'b', ''],
        ],
        ' ',
      ),
    ).toEqual([' a    bb  c', ' aaa  b']);
    expect([plural(1, 'turn'), plural(0, 'turn')]).toEqual(['1 turn', '0 turns']);
  });
});
