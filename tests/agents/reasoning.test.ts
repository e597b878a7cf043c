import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReasoningSplitter } from '../../gateway/agents/chat/reasoning.ts';

const TEXTS = [
  '<think>\nhm, a < b and </thi\n</think>\n\nThe <think> tag.',
  ' \n<thinking>one</thinking><think>two</think>\nsaid',
  '[THINK]hm[/THINK]said',
  '◁think▷hm◁/think▷said',
  '<thin air> is no tag',
  'no reasoning, </think> is a word here',
  'only reasoning, and its end</think> said',
  '<think>never closed',
  '',
];

/** What a splitter makes of a text that comes in these pieces. */
function split(pieces: readonly string[], assumed: boolean) {
  const splitter = new ReasoningSplitter(assumed);
  const all = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
  const of = (kind: string) =>
    all
      .filter((piece) => piece.kind === kind)
      .map((piece) => piece.text)
      .join('');
  return { thought: of('thought'), text: of('text'), confirmed: splitter.confirmed };
}

it('R53 takes reasoning out of a text the same, wherever the text is cut', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TEXTS),
      fc.boolean(),
      fc.array(fc.nat({ max: 60 }), { maxLength: 12 }),
      (text, assumed, places) => {
        const cuts = [...new Set([0, ...places.filter((at) => at < text.length), text.length])];
        cuts.sort((a, b) => a - b);
        const pieces = cuts.slice(1).map((to, n) => text.slice(cuts[n], to));
        expect(split(pieces, assumed)).toEqual(split([text], assumed));
      },
    ),
  );
});

it('R53 tells what was said from what was thought', () => {
  expect(TEXTS.map((text) => split([text], false).text.trim())).toEqual([
    'The <think> tag.',
    'said',
    'said',
    'said',
    '<thin air> is no tag',
    'no reasoning, </think> is a word here',
    'only reasoning, and its end</think> said',
    '',
    '',
  ]);
  expect(split(['only reasoning, and its end</think> said'], true)).toEqual({
    thought: 'only reasoning, and its end',
    text: 'said',
    confirmed: true,
  });
});
