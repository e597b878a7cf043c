import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { openConsole, Puppet, say } from './pageTest.ts';

const HOSTILE = [
  '<script>window.owned = 1</script>',
  '<img src="http://beacon.example/a.png" onerror="window.owned = 1">',
  '![beacon](http://beacon.example/b.png)',
  '<a href="javascript:window.owned = 1">click</a>',
  '[click](javascript:window.owned=1) [data](data:text/html,<script>1</script>)',
  '<iframe src="http://beacon.example/"></iframe><svg onload="window.owned = 1"><style>body{background:url(http://beacon.example/c)}</style></svg>',
  '<form action="http://beacon.example/"><button>go</button></form><input type="password">',
  '```"><img src=x onerror=window.owned=1>\ncode</code></pre><script>window.owned=1</script>\n```',
  '|a|\n|-|\n|<img src=x onerror=window.owned=1>|',
  '<details ontoggle="window.owned=1" open>x</details>',
  'safe \u202egnp.exe\u202c end',
].join('\n\n');

describe('a hostile reply', () => {
  it('runs nothing, loads nothing, links to nothing that runs, and turns no text around', async () => {
    const { host, page, context } = await openConsole();
    const asked: string[] = [];
    context.on('request', (r) => {
      if (!r.url().startsWith('http://127.0.0.1')) asked.push(r.url());
    });
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, HOSTILE);
    await eventually('it runs', () => puppet.turn);
    // In pieces, so that every unfinished state is rendered, too.
    for (const piece of HOSTILE.match(/[\s\S]{1,7}/g) ?? []) puppet.turn?.text(piece);
    await page.locator('.markdown', { hasText: 'U+202E' }).waitFor();
    puppet.finish();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    await page.reload();
    const reply = page.locator('.markdown');
    await reply.getByText('end').waitFor();
    expect(await page.evaluate(`'owned' in window`)).toBe(false);
    expect(
      await reply
        .locator('script, img, iframe, svg, style, form, [onerror], [onload], [style], input')
        .count(),
    ).toBe(0);
    const links = await reply
      .locator('a')
      .evaluateAll((all) => all.map((a) => [a.getAttribute('href'), a.getAttribute('rel')]));
    expect(links).toContainEqual(['http://beacon.example/b.png', 'noopener noreferrer nofollow']);
    expect(links.every(([href]) => href === null || /^https?:/.test(href))).toBe(true);
    expect(await reply.textContent()).not.toMatch(/[\u202a-\u202e]/);
    expect(asked).toEqual([]);
  });

  it('of one line of a megabyte leaves the page usable', async () => {
    const { host, page } = await openConsole();
    host.agent = async (turn) => turn.text('x'.repeat(1 << 20));
    await say(page, 'flood');
    await page.getByRole('button', { name: /Show all/ }).waitFor();
    const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(wide).toBe(false);
    await say(page, 'still there?');
    await eventually('taken', () => host.messages.length === 2);
  });

  it('in a title or a sender’s words stays text', async () => {
    const { host, page } = await openConsole();
    await say(page, '<b>bold</b> <img src=x onerror=window.owned=1>');
    await page.locator('.bubble', { hasText: '<b>bold</b>' }).waitFor();
    await eventually('named', () => [...host.sessions.values()].some((s) => s.title !== undefined));
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '<b>bold</b>' }).waitFor();
    expect(await page.evaluate(`'owned' in window`)).toBe(false);
  });
});
