import { describe, expect, it } from 'vitest';
import { openPage } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import { serve } from '../platforms/web/serve.ts';
import { openConsole, Puppet, say } from './pageTest.ts';

describe('the operation view', () => {
  it('R17 shows what runs and cuts it off', async () => {
    const { host, page, base } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, 'work');
    await eventually('it runs', () => puppet.turn);
    await page.goto(`${base}/#/operation`);
    await page.getByRole('button', { name: 'Cut off' }).click();
    await eventually('cut off', () => host.messages[0]?.settled?.outcome === 'cancelled');
    await page.getByText('Nothing runs').waitFor();
  });

  it('R30 shows dead letters, tries one again and drops one', async () => {
    const { host, page, base } = await openConsole();
    const address = { platform: 'telegram', account: 'default', chat: '1' };
    host.operations.dead = ['one', 'two'].map((id) => ({
      id,
      what: 'message' as const,
      address,
      text: `text ${id}`,
      reason: 'the agent failed',
      at: Date.now(),
    }));
    await page.goto(`${base}/#/operation`);
    await page
      .getByRole('listitem')
      .filter({ hasText: 'text one' })
      .getByRole('button', { name: 'Try again' })
      .click();
    await eventually('tried again', () => host.operations.asked.includes('retry one'));
    await page
      .getByRole('listitem')
      .filter({ hasText: 'text two' })
      .getByRole('button', { name: 'Drop' })
      .click();
    await eventually('dropped', () => host.operations.dead.length === 0);
  });

  it('R18 says in a banner that it pauses, and takes it away when that is over', async () => {
    const { host, page, base } = await openConsole();
    await page.goto(`${base}/#/operation`);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.locator('.banner', { hasText: 'Paused until' }).waitFor();
    await page.locator('.banner').getByRole('button', { name: 'Go on now' }).click();
    await page.locator('.banner').waitFor({ state: 'detached' });
    expect(host.operations.asked).toEqual(['drain', 'cancelDrain']);
  });

  it('R08 says what a restart waits for, orders it, and asks before it cuts anything off', async () => {
    const { host, page, base } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, 'work');
    await eventually('it runs', () => puppet.turn);
    await page.goto(`${base}/#/operation`);
    await page.getByText('The running answer is finished by this one.').waitFor();
    await page.getByRole('button', { name: 'Restart without waiting' }).click();
    expect(host.operations.asked).toEqual([]);
    await page.getByRole('button', { name: 'Leave it' }).click();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await eventually('ordered', () => host.operations.asked.includes('restart'));
  });

  it('shows a message’s events as a time line', async () => {
    const { page } = await openConsole();
    await say(page, 'trace me');
    await page.getByText('You said: trace me').waitFor();
    await page.getByRole('button', { name: 'What happened to this message' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Taken into the journal').waitFor();
    await dialog.getByText('Answered', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });
});

describe('a page that needs a token', () => {
  it('asks for it, says when it is wrong, and stays logged in', async () => {
    const served = await serve({ token: 'open-sesame' });
    const { openBrowser } = await import('../harness/browser.ts');
    const page = await openPage(await openBrowser(), `${served.base}/`);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('That is not this gateway’s token.').waitFor();
    await page.getByLabel('Token').fill('open-sesame');
    await page.getByRole('button', { name: 'Log in' }).click();
    await say(page, 'inside');
    await page.getByText('You said: inside').waitFor();
    await page.reload();
    await page.getByText('You said: inside').waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(page.url()).not.toContain('sesame');
  });
});
