import { describe, expect, it } from 'vitest';
import { type Asked, judge, type Ledger } from './judge.ts';

const asked: Asked[] = [
  { chat: 'a', mark: 'mark-1.' },
  { chat: 'a', mark: 'mark-2.' },
  { chat: 'b', mark: 'mark-3.' },
];
const delivered = (...pairs: [string, string][]): Ledger => ({
  delivered: pairs.map(([chat, text], i) => ({ chat, id: String(i), text })),
  strange: [],
});
const FLAWLESS = { lost: 0, duplicated: 0, reordered: 0, unexpected: 0, unknown: 0, marked: 0 };

describe('the judge of the fake platforms', () => {
  it('finds nothing in a run without a fault', () => {
    const ledger = delivered(
      ['a', 're: mark-1.'],
      ['b', 're: mark-3.'],
      ['a', 're: mark-2.'],
      ['a', 'Back again.'],
    );
    expect(judge(asked, ledger, [/^Back again/])).toEqual(FLAWLESS);
  });

  it.each([
    ['lost', delivered(['a', 'mark-1.'], ['a', 'mark-2.'])],
    [
      'duplicated',
      delivered(['a', 'mark-1.'], ['a', 'mark-1.'], ['a', 'mark-2.'], ['b', 'mark-3.']),
    ],
    ['reordered', delivered(['a', 'mark-2.'], ['a', 'mark-1.'], ['b', 'mark-3.'])],
    [
      'unexpected',
      delivered(['a', 'mark-1.'], ['a', 'mark-2.'], ['b', 'mark-3.'], ['b', 'nobody asked']),
    ],
    [
      'unexpected',
      delivered(['a', 'mark-1.'], ['a', 'mark-2.'], ['b', 'mark-3.'], ['b', 'mark-1.']),
    ],
    [
      'unknown',
      { ...delivered(['a', 'mark-1.'], ['a', 'mark-2.'], ['b', 'mark-3.']), strange: ['GET x'] },
    ],
  ] as const)('counts what is %s', (count, ledger) => {
    expect(judge(asked, ledger)).toEqual({ ...FLAWLESS, [count]: 1 });
  });
});
