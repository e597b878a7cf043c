import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { dialectOf, GITHUB } from '../../../scripts/attribution/dialect.ts';
import { handlesOn } from '../../../scripts/notes/handles.ts';
import { wordsOf } from '../../../scripts/notes/lines.ts';
import { blocksOf, type Node } from '../../../scripts/notes/tree.ts';

const DIALECTS = [GITHUB, dialectOf('gitlab', 'gitlab.com')];

/** The plain slow reading that every fast one is held to. */
function grammar(text: string): readonly Node[] {
  const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return (tree as Node).children ?? [];
}

/** A tree without what was told of a line, and with only what notes are read by. */
function bare(node: Node): Node {
  const { type, value, url, depth, children, position } = node;
  return {
    type,
    ...(value === undefined ? {} : { value }),
    ...(url === undefined ? {} : { url }),
    ...(depth === undefined ? {} : { depth }),
    ...(position && {
      position: {
        start: { offset: position.start.offset!, line: position.start.line },
        end: { offset: position.end.offset! },
      },
    }),
    ...(children && { children: children.map(bare) }),
  };
}

function textOf(node: Node): string {
  return node.value ?? (node.children ?? []).map(textOf).join('');
}

function expectSame(text: string): void {
  const fast = blocksOf(text);
  expect(fast.map(bare)).toEqual(grammar(text).map(bare));
  for (const block of fast)
    for (const each of block.line === undefined ? (block.children ?? []) : [block])
      if (each.line !== undefined) expectLine(each);
  for (const dialect of DIALECTS) {
    const find = handlesOn(dialect);
    expect(fast.flatMap(find)).toEqual(grammar(text).flatMap(find));
  }
}

function expectLine(node: Node): void {
  const slow = bare(node);
  for (const dialect of DIALECTS) {
    const find = handlesOn(dialect);
    expect([node.line, find(node)]).toEqual([node.line, find(slow)]);
  }
  const words = wordsOf(node.line!);
  if (words !== undefined) expect(words).toBe(textOf(slow));
}

const WORD = fc.constantFrom(
  'fix',
  'a',
  '@ada',
  '@jo-l',
  '@jo_acme',
  '@x.y',
  '@b[bot]',
  '(@ada)',
  '`@code`',
  '``a`b``',
  '`',
  '``',
  '*',
  '**',
  '_',
  '__',
  '**@bo**',
  '_@bo_',
  '*it*',
  '~~no~~',
  '~',
  '\\',
  '\\@ada',
  '\\<',
  '\\`',
  '<b>',
  '<!-- @c -->',
  '<',
  '&amp;',
  '&#64;ada',
  '&',
  'https://github.com/ada',
  'https://github.com/o/r/pull/12',
  '(https://github.com/o/r/pull/12)',
  'www.x.example/a',
  'jo@home.example',
  '@a.b@c.example',
  '[#12](https://github.com/o/r/pull/12)',
  '[`abc`](https://github.com/o/r/commit/abc)',
  '[@ada](https://github.com/ada)',
  '[a](<b c>)',
  '[a](b "@title")',
  '![@alt](x.png)',
  '[label]',
  '[core]:',
  ']:',
  '[^1]',
  ',',
  '.',
  ':',
  '!',
  '"@q"',
  "'",
  '-',
  '#12',
  'é',
  '“@ada”',
  '@scope/pkg',
  '|',
  '\u200b@ada',
);
const WORDS = fc
  .array(fc.tuple(WORD, fc.constantFrom(' ', ' ', ' ', '')), { minLength: 1, maxLength: 7 })
  .map((words) => words.map(([word, gap]) => word + gap).join(''));
const BEGINNING = fc.constantFrom(
  '- ',
  '- ',
  '- ',
  '* ',
  '- ',
  '# ',
  '## ',
  '',
  '  ',
  '    ',
  '  - ',
  ' - ',
  '1. ',
  '> ',
  '+ ',
  '-  ',
  '- - ',
  '- [x] ',
  '- 1. ',
  '| ',
  '\t',
);
const ODD = fc.constantFrom(
  '',
  '',
  '',
  '---',
  '===',
  '```',
  '```js',
  '  ```',
  '~~~',
  '<div>',
  '</div>',
  '<!--',
  '-->',
  '<!-- a -->',
  '- - -',
  '* * *',
  '- ```',
  '| a |',
  '|---|',
  '[l]: https://github.com/ada',
  '[^1]: @note',
  '-',
  '- ',
  '# ',
  '# x #',
  '- ---',
  '- ===',
  '   ',
  '1. x',
  '- |',
  '<pre>',
);
const LINE = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(BEGINNING, WORDS).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: ODD },
);

describe('notes read by the line', () => {
  it('give the blocks, the words and the handles that the grammar gives, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(LINE, { maxLength: 9 }), (lines) => expectSame(lines.join('\n'))),
      { numRuns: Number(process.env.NOTES_RUNS ?? 1500) },
    );
  });

  it('give the same of a handle that begins with an escaped character', () => {
    for (const line of ['@\\_', 'by @\\_jo_', '@\\ada', '(@\\_x)']) expectSame(`- ${line}\n- b`);
  });

  it('give the same of lines of any characters', () => {
    const line = fc.string({
      unit: fc.constantFrom(...'@abA1_-./*`[]()<>&;\\~!:, "#|xé'),
      maxLength: 24,
    });
    fc.assert(
      fc.property(line, (each) => expectSame(`- ${each}\n- b`)),
      {
        numRuns: Number(process.env.NOTES_RUNS ?? 1500),
      },
    );
  });
});
