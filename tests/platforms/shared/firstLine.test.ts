import { expect, it } from 'vitest';
import { firstLineOf } from '../../../gateway/platforms/shared/firstLine.ts';

it.each([
  ['plain words stay', '  what is 2 * 3 * 4, snake_case?  ', 'what is 2 * 3 * 4, snake_case?'],
  ['emphasis', '**Please** look at *this* ~~one~~ `f(x)`', 'Please look at this one f(x)'],
  ['a heading', '## The *plan*\n\nmore', 'The plan'],
  ['a link and its words', 'Read [the page](https://example.org) now', 'Read the page now'],
  ['a bare link', 'see https://example.org/a_b_c', 'see https://example.org/a_b_c'],
  ['an image', '![a cat](cat.png)', 'a cat'],
  ['a list', '- [ ] buy **milk**\n- eggs', 'buy milk'],
  ['a quote', '> said *he*\n\nand I', 'said he'],
  ['code', '```ts\nconst a = `*`;\n```', 'const a = `*`;'],
  ['a table', '| a | **b** |\n|---|---|\n| 1 | 2 |', 'a b'],
  ['lines of one paragraph', 'first **line**\nsecond', 'first line'],
  ['raw HTML is shown as it was written', '<b>hi</b> there', '<b>hi</b> there'],
  ['nothing', ' \n ', ''],
])('the first line of a message as one reads it: %s', (_what, markdown, line) => {
  expect(firstLineOf(markdown)).toBe(line);
});
