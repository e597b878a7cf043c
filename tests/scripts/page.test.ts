import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findings } from '../harness/axe.ts';
import { openBrowser, openPage } from '../harness/browser.ts';
import { makeRepo, run } from './support.ts';

describe("the audit's page in a browser", () => {
  it('shows who is missing and why, filters, can be read by everyone, and runs nothing of the text', async () => {
    const repo = makeRepo();
    repo.commit('begin');
    repo.git('tag', 'v1');
    const people: [string, string][] = [
      ['feat: keep the queue (#12)', 'Ada Maker <1+ada@users.noreply.github.com>'],
      ['fix: order\n\nSalvaged from #7 by @nico-q, rebased.', 'Bo <2+bo@users.noreply.github.com>'],
      [
        '<img src=x onerror="document.title=1">',
        `Eve${'e'.repeat(120)} <eve@${'x'.repeat(90)}.example>`,
      ],
      ['docs: words', '\u202eMallory\u001b[31m "><script>document.title=1</script <m@x.example>'],
    ];
    for (const [message, by] of people) repo.commit(message, by);
    repo.write('notes.md', '## Contributors\n\n- @ada\n- @nobody-here\n');
    const file = join(repo.dir, 'page.html');
    const notes = ['--release-file', join(repo.dir, 'notes.md'), '--github', 'acme/app'];
    const range = ['--repo', repo.dir, '--offline', '--since-tag', 'v1'];
    await run('contributor-audit', [...range, ...notes, '--html', file]);

    const context = await openBrowser({ viewport: { width: 360, height: 700 } });
    const asked: string[] = [];
    context.on('request', (request) => asked.push(request.url()));
    const page = await openPage(context, pathToFileURL(file).href);
    await page.getByText('4 missing in the notes, 1 listed without a credit').waitFor();
    const nico = page.locator('.card', { hasText: '@nico-q' });
    await nico.getByText('Salvaged from #7 by @nico-q, rebased.').waitFor();
    expect(await nico.getByRole('link', { name: '@nico-q' }).getAttribute('href')).toBe(
      'https://github.com/nico-q',
    );
    expect(await nico.locator('li a').first().getAttribute('href')).toMatch(
      /^https:\/\/github\.com\/acme\/app\/commit\/[0-9a-f]{40}$/,
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);

    // The box has the focus already.
    await page.keyboard.type('salvaged');
    await page.getByText('1 of 5 people shown').waitFor();
    expect(await page.locator('.card:visible h3').allTextContents()).toEqual(['@nico-q']);
    expect(await page.locator('h2:visible').allTextContents()).toEqual([
      'Missing in the notes (4)',
    ]);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    expect(await page.locator('.card:visible').count()).toBe(5);

    expect(await findings(page)).toEqual([]);
    expect(await page.title()).toContain('v1..HEAD');
    expect(page.problems).toEqual([]);
    expect(asked).toEqual([pathToFileURL(file).href]);
  });
});
