import { describe, expect, it } from 'vitest';
import { openBrowser, openPage } from '../harness/browser.ts';
import { sharedDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';
import { say } from './pageTest.ts';

const running = sharedDaemon();

async function openReal() {
  const daemon = running();
  const page = await openPage(await openBrowser(), `http://127.0.0.1:${daemon.port}/`);
  await page.getByLabel('Message', { exact: true }).waitFor();
  return { daemon, page };
}

describe('the page and the running gateway', () => {
  it('R32 a restart from the page in mid-stream: the reply is whole and single, and nobody says anything else', async () => {
    const { daemon, page } = await openReal();
    const { generation } = await daemon.status();
    await say(page, '/busy 6');
    await page.getByText('Working for 6 s: 1').waitFor();
    await page.getByRole('link', { name: 'Operation' }).click();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.goBack();
    await page
      .locator('.banner', { hasText: 'Restarting' })
      .or(page.locator('.banner', { hasText: 'process before this one' }))
      .first()
      .waitFor();
    await say(page, 'after the restart');
    await daemon.untilStatus('the next generation', (s) => s.generation > generation && s.ready);
    await page.getByText('Working for 6 s: 1 2 3 4 5 6. Done.').waitFor();
    await page.getByText('only repeats: “after the restart”').waitFor();
    await page.locator('.banner').waitFor({ state: 'detached' });
    for (let i = 0; i < 2; i++) {
      expect(await page.getByText('Working for 6 s').count()).toBe(1);
      expect(await page.locator('.bubble').allTextContents()).toEqual([
        '/busy 6',
        'after the restart',
      ]);
      await page.reload();
      await page.getByText('only repeats: “after the restart”').waitFor();
    }
    expect(await page.getByText(/fail|lost|could not|error/i).count()).toBe(0);
  });

  it('R01 a message sent while the gateway is killed is answered, once', async () => {
    const { daemon, page } = await openReal();
    await say(page, 'before');
    await page.getByText('only repeats: “before”').waitFor();
    await daemon.killGeneration();
    await say(page, 'into the gap');
    await page.getByText('only repeats: “into the gap”').waitFor();
    await eventually('each once', async () => (await page.locator('.bubble').count()) === 2);
    await page.reload();
    await page.getByText('only repeats: “into the gap”').waitFor();
    expect(await page.getByText('only repeats: “into the gap”').count()).toBe(1);
    expect(await page.locator('.bubble').allTextContents()).toEqual(['before', 'into the gap']);
  });

  it('a newcomer sends a message, queues another, stops one', async () => {
    const { page } = await openReal();
    await say(page, 'good morning');
    await page.getByText('only repeats: “good morning”').waitFor();
    await say(page, '/busy 60');
    await page.getByText('Working for 60 s').waitFor();
    await say(page, '/queue next please');
    await page.getByText('Waits for its turn', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('(stopped here)').waitFor();
    await page.getByText('only repeats: “next please”').waitFor();
    expect(await page.getByText('Waits for its turn', { exact: true }).count()).toBe(0);
    expect(page.problems).toEqual([]);
  });
});
