import { describe, expect, it } from 'vitest';
import { findings } from '../harness/axe.ts';
import { eventually } from '../harness/eventually.ts';
import { openConsole, Puppet, say } from './pageTest.ts';

const MARKDOWN =
  '# Title\n\nText with `code` and [a link](https://example.org).\n\n```js\nlet a = 1;\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n3. third\n\n- [ ] task\n';

describe('in light and in dark colours', () => {
  it('axe-core has no serious finding, in a conversation, while it runs, and in the operation view', async () => {
    const { host, page, base } = await openConsole();
    expect(await findings(page)).toEqual([]);
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, 'hello');
    await eventually('it runs', () => puppet.turn);
    puppet.turn?.step('s', 'search', 'started');
    puppet.turn?.text(MARKDOWN);
    void puppet.turn?.ask({ id: 'q', text: 'May I?', options: [{ id: 'y', label: 'Yes' }] });
    await say(page, 'next');
    await page.getByText('Waits for its turn', { exact: true }).waitFor();
    await page.getByRole('group', { name: 'May I?' }).waitFor();
    await page.getByText('☐ task').waitFor();
    expect(await page.locator('ol[start="3"], td.right').count()).toBe(2);
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('Message', { exact: true }).fill('/');
    await page.getByRole('listbox').waitFor();
    expect(await findings(page)).toEqual([]);
    host.operations.dead = [
      {
        id: 'd1',
        what: 'message',
        address: { platform: 'web', account: 'default', chat: 'c' },
        text: 'lost words',
        reason: 'the agent failed',
        at: Date.now(),
      },
    ];
    await page.goto(`${base}/#/operation`);
    await page.getByText('lost words').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Details' }).first().click();
    await page.getByText('Taken into the journal').waitFor();
    expect(await findings(page)).toEqual([]);
  });
});

describe('with the keyboard alone', () => {
  it('one writes, completes a command, stops an answer and opens another conversation', async () => {
    const { host, page } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.type('a question');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('in two lines');
    await page.keyboard.press('Enter');
    await eventually('it runs', () => puppet.turn);
    expect(puppet.turn?.message.inbound.text).toBe('a question\nin two lines');
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press('Shift+Tab');
      if (await page.evaluate(`document.activeElement?.textContent === 'Stop'`)) break;
    }
    await page.keyboard.press('Enter');
    await eventually('stopped', () => host.messages[0]?.settled?.outcome === 'cancelled');
    await page.getByLabel('Message', { exact: true }).focus();
    await page.keyboard.type('/re');
    await page.getByRole('option', { name: /restart/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('/retry');
    await page.keyboard.press('Control+k');
    await eventually('the search has the focus', () =>
      page.evaluate<boolean>(`document.activeElement?.id === 'search'`),
    );
  });
});

describe('on a phone', () => {
  it('nothing is wider than the screen, and the list is a drawer', async () => {
    const { page } = await openConsole({
      viewport: { width: 360, height: 640 },
      hasTouch: true,
      isMobile: true,
    });
    await page.getByLabel('Message', { exact: true }).fill(`wide ${'w'.repeat(300)}`);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('You said: wide').waitFor();
    const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth');
    expect(await fits()).toBe(true);
    expect(await page.getByRole('link', { name: 'New conversation' }).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Show conversations' }).click();
    await page.getByRole('link', { name: 'Operation' }).click();
    await page.getByRole('heading', { name: 'Operation' }).waitFor();
    expect(await fits()).toBe(true);
  });
});

describe('while an answer streams', () => {
  it('the page stays at its end, unless somebody reads above, and nothing jumps', async () => {
    const { host, page } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, 'long');
    await eventually('it runs', () => puppet.turn);
    for (let i = 0; i < 80; i++) puppet.turn?.text(`line ${i}\n\n`);
    await page.getByText('line 79').waitFor();
    const place = () =>
      page.locator('.lines').evaluate((el) => ({
        top: el.scrollTop,
        left: el.scrollHeight - el.scrollTop - el.clientHeight,
      }));
    expect((await place()).left).toBeLessThan(5);
    await page.locator('.lines').evaluate((el) => el.scrollTo({ top: 300 }));
    await page.getByRole('button', { name: 'Latest' }).waitFor();
    const before = (await place()).top;
    for (let i = 80; i < 120; i++) puppet.turn?.text(`line ${i}\n\n`);
    await page.getByText('line 119').waitFor({ state: 'attached' });
    puppet.finish();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    expect((await place()).top).toBe(before);
    // Elsewhere and back, and after sending something, one is at the end again.
    await page.getByRole('link', { name: 'Operation' }).click();
    await page.goBack();
    await eventually('at the end', async () => (await place()).left < 5);
    await page.locator('.lines').evaluate((el) => el.scrollTo({ top: 300 }));
    await page.getByRole('button', { name: 'Latest' }).waitFor();
    await say(page, 'and now?');
    await eventually('at the end', async () => (await place()).left < 5);
  });
});

describe('the weight of the page', () => {
  it('is under 150 KB as it goes over the wire', async () => {
    const { context, base } = await openConsole();
    const page = await context.newPage();
    let bytes = 0;
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    session.on('Network.loadingFinished', (e) => {
      bytes += e.encodedDataLength;
    });
    await page.goto(`${base}/`);
    await page.getByLabel('Message', { exact: true }).waitFor();
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(150_000);
  });
});
