import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHtml, visibleLength } from '../../../gateway/platforms/telegram/html.ts';
import { readHtml } from '../../fakes/telegram/markup.ts';

describe('Markdown as Telegram’s HTML', () => {
  it('renders what Telegram has tags for', () => {
    expect(toHtml('# Title\n\n**b** *i* ~~s~~ `c<d`')).toBe(
      '<b>Title</b>\n\n<b>b</b> <i>i</i> <s>s</s> <code>c&lt;d</code>',
    );
    expect(toHtml('```ts\na < b\n```')).toBe(
      '<pre><code class="language-ts">a &lt; b</code></pre>',
    );
    expect(toHtml('> quoted\n> > deeper')).toBe('<blockquote>quoted\ndeeper</blockquote>');
    expect(toHtml('[x](https://a.org/?a=1&b="2")')).toBe(
      '<a href="https://a.org/?a=1&amp;b=&quot;2&quot;">x</a>',
    );
  });

  it('turns the rest into text: lists, tables, raw HTML, links that are none', () => {
    expect(toHtml('- a\n- b\n  1. c')).toBe('• a\n• b\n  1. c');
    expect(toHtml('<b>not ours</b>')).toBe('&lt;b&gt;not ours&lt;/b&gt;');
    expect(toHtml('[x](javascript:alert)')).toBe('x');
    expect(toHtml('| a | b |\n|---|---|\n| 1 | 22 |')).toBe('<pre>a │ b\n──┼───\n1 │ 22</pre>');
  });

  it('always writes markup that the platform accepts', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '**',
        '*',
        '`',
        '```',
        '\n',
        '> ',
        '- ',
        '# ',
        '[',
        '](https://x.y)',
        '|',
        '<b>',
        '&amp;',
        '~~',
        '"',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const html = toHtml(parts.join(''));
        const seen = readHtml(html);
        expect(visibleLength(html)).toBeGreaterThanOrEqual(seen.length);
      }),
      { numRuns: 500 },
    );
  });
});
