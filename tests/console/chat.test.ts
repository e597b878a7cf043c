import { describe, expect, it } from 'vitest';
import { openPage } from '../harness/browser.ts';
import { eventually } from '../harness/eventually.ts';
import { echo, FakeHost } from '../platforms/web/fakeHost.ts';
import { serve } from '../platforms/web/serve.ts';
import { openConsole, Puppet, say } from './pageTest.ts';

describe('a conversation in the page', () => {
  it('streams a reply, then has it once, and nothing went wrong on the way', async () => {
    const { host, page } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, 'Tell me');
    await eventually('it runs', () => puppet.turn);
    puppet.turn?.step('s1', 'search', 'started');
    puppet.turn?.text('Here is **the first');
    await page.getByText('Here is').waitFor();
    await page.getByText('search', { exact: true }).first().waitFor();
    // The gateway's word in between has one place, before and after the end.
    await host.say(puppet.turn?.message.lane ?? '', 'A word from the gateway.');
    await page.getByText('A word from the gateway.').waitFor();
    const order = () => page.locator('.column > *').allTextContents();
    const during = await order();
    expect(during[0]).toContain('Tell me');
    expect(during[1]).toContain('A word from the gateway.');
    puppet.turn?.text(' half** and the second.');
    puppet.turn?.step('s1', 'search', 'done', '3 found');
    puppet.finish();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    await page.locator('strong', { hasText: 'the first half' }).waitFor();
    expect(await page.getByText('and the second.').count()).toBe(1);
    await eventually('in order', async () => {
      const [asked, word, answer, ...rest] = await order();
      const right = asked?.includes('Tell me') && word?.includes('A word') && rest.length === 0;
      return right && answer?.includes('the first half and the second.');
    });
    expect(await page.locator('.bubble', { hasText: 'Tell me' }).count()).toBe(1);
    expect(page.problems).toEqual([]);
  });

  it('shows what waits as waiting, removes it, and stops what runs', async () => {
    const { host, page } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, 'first');
    await eventually('it runs', () => puppet.turn);
    puppet.turn?.text('so far');
    await say(page, 'second');
    await say(page, 'third');
    await page.getByText('Waits for its turn', { exact: true }).nth(1).waitFor();
    await page.getByRole('button', { name: 'Remove' }).first().click();
    await eventually('removed', () => host.messages[1]?.settled?.outcome === 'cancelled');
    await page.locator('.bubble', { hasText: 'second' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Stop' }).click();
    await eventually('stopped', () => host.messages[0]?.settled?.outcome === 'cancelled');
    await eventually('the third runs', () => puppet.turn?.message.inbound.text === 'third');
    expect(await page.locator('.bubble', { hasText: 'third' }).count()).toBe(1);
  });

  it('R32 shows the whole text after a reload in mid-stream, and goes on', async () => {
    const { host, page } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, 'a long one');
    await eventually('it runs', () => puppet.turn);
    puppet.turn?.text('alpha beta ');
    await page.getByText('alpha beta').waitFor();
    await page.reload();
    await page.getByText('alpha beta').waitFor();
    await page.locator('.bubble', { hasText: 'a long one' }).waitFor();
    puppet.turn?.text('gamma');
    await page.getByText('alpha beta gamma').waitFor();
    puppet.finish();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    expect(await page.getByText('alpha beta gamma').count()).toBe(1);
  });

  it('is the same in two tabs', async () => {
    const { host, context, page } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    const other = await openPage(context, page.url());
    await other.getByLabel('Message', { exact: true }).waitFor();
    await say(page, 'from the first tab');
    await eventually('it runs', () => puppet.turn);
    puppet.turn?.text('seen by both');
    for (const tab of [page, other]) await tab.getByText('seen by both').waitFor();
    puppet.finish();
    await say(other, 'from the second tab');
    await page.locator('.bubble', { hasText: 'from the second tab' }).waitFor();
    for (const tab of [page, other]) {
      await eventually('each line once', async () => (await tab.locator('.bubble').count()) === 2);
      expect(tab.problems).toEqual([]);
    }
  });

  it('offline and back: a message is kept and sent once, and a running answer goes on where it was', async () => {
    const { host, context, page } = await openConsole();
    const puppet = new Puppet();
    host.agent = puppet.agent;
    await say(page, 'a long journey');
    await eventually('it runs', () => puppet.turn);
    puppet.turn?.text('alpha ');
    await page.getByText('alpha').waitFor();
    await context.setOffline(true);
    puppet.turn?.text('beta ');
    await say(page, 'written in a tunnel');
    await page.getByText('Waiting for the connection.').waitFor();
    expect(host.messages).toHaveLength(1);
    await page.getByText('No connection to the gateway').waitFor();
    await context.setOffline(false);
    await page.getByText('alpha beta').waitFor();
    await page.getByText('No connection to the gateway').waitFor({ state: 'detached' });
    puppet.turn?.text('gamma');
    await page.getByText('alpha beta gamma').waitFor();
    await page.getByText('Waits for its turn', { exact: true }).waitFor();
    host.agent = echo;
    puppet.finish();
    await page.getByText('You said: written in a tunnel').waitFor();
    expect(await page.getByText('alpha beta gamma').count()).toBe(1);
    expect(await page.locator('.bubble', { hasText: 'written in a tunnel' }).count()).toBe(1);
    expect(host.messages).toHaveLength(2);
  });

  it('keeps an unsent message and a draft over a reload', async () => {
    const { host, page } = await openConsole();
    host.refusal = { refused: 'draining' };
    await say(page, 'not taken yet');
    await page.getByText('did not take this message').waitFor();
    await page.getByLabel('Message', { exact: true }).fill('half a thought');
    expect(host.messages).toEqual([]);
    host.refusal = undefined;
    await page.reload();
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('half a thought');
    await page.getByText('You said: not taken yet').waitFor();
    expect(host.messages).toHaveLength(1);
  });

  it('R19 says that the queue is full, and sends by itself as soon as a message is done with', async () => {
    const { host, page } = await openConsole();
    host.refusal = { refused: 'full' };
    await say(page, 'one too many');
    await page.getByText('as many waiting messages as it may have').waitFor();
    host.refusal = undefined;
    const lane = 'web:default:some';
    host.emit({ type: 'settled', lane, message: 'other', outcome: 'answered', text: '' });
    await page.getByText('You said: one too many').waitFor();
  });

  it('goes on at another process at the same address without a word lost', async () => {
    const first = await serve({}, new FakeHost('a'));
    const { page } = await openConsole({}, first);
    await say(page, 'before');
    await page.getByText('You said: before').waitFor();
    await first.close();
    const host = new FakeHost('b');
    await say(page, 'meanwhile');
    await serve({ listen: { host: '127.0.0.1', port: first.port } }, host);
    await page.getByText('You said: meanwhile').waitFor();
    expect(host.messages.map((m) => m.inbound.text)).toEqual(['meanwhile']);
  });

  it('asks the person what the agent asks, as buttons', async () => {
    const { host, page } = await openConsole();
    host.agent = async (turn) => {
      const answer = await turn.ask({
        id: 'q',
        text: 'May I delete build/?',
        options: [
          { id: 'yes', label: 'Yes, once' },
          { id: 'no', label: 'No' },
        ],
      });
      turn.text(`The answer was ${answer}.`);
    };
    await say(page, 'clean up');
    await page
      .getByRole('group', { name: 'May I delete build/?' })
      .getByRole('button', { name: 'Yes, once' })
      .click();
    await page.getByText('The answer was yes.').waitFor();
    expect(await page.getByRole('group').count()).toBe(0);
  });

  it('shows a command and its answer once, also after a reload', async () => {
    const { host, page } = await openConsole();
    host.agent = (turn) =>
      host.say(turn.message.lane, 'I can do much.', 'command', turn.message.id);
    await say(page, '/help');
    for (let i = 0; i < 2; i++) {
      await page.getByText('I can do much.').waitFor();
      await eventually(
        'the command once',
        async () => (await page.getByText('I can do much.').count()) === 1,
      );
      await page.reload();
    }
  });
});

describe('the list of conversations', () => {
  it('opens, searches and renames', async () => {
    const { host, page } = await openConsole();
    await say(page, 'About tides');
    await page.getByText('You said: About tides').waitFor();
    await page.getByRole('link', { name: 'New conversation' }).click();
    await page.getByText('What shall we do?').waitFor();
    await say(page, 'About bridges');
    await page.getByText('You said: About bridges').waitFor();
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await eventually('both are there', async () => (await list.getByRole('link').count()) === 2);
    await page.getByLabel('Search conversations').fill('tides');
    await eventually('one is left', async () => (await list.getByRole('link').count()) === 1);
    await list.getByRole('link', { name: /About tides/ }).click();
    await page.getByText('You said: About tides').waitFor();
    await page.getByRole('button', { name: 'Rename About tides' }).click();
    await page.getByLabel('New name').fill('tides of Bergen');
    await page.keyboard.press('Enter');
    await eventually('renamed', () =>
      [...host.sessions.values()].some((s) => s.title === 'tides of Bergen'),
    );
    await page.getByRole('heading', { name: 'tides of Bergen' }).waitFor();
  });

  it('shows ten thousand messages a page at a time, up to the first', async () => {
    const { host, page } = await openConsole();
    await say(page, 'begin');
    await page.getByText('You said: begin').waitFor();
    const session = [...host.sessions.keys()][0] as string;
    for (let i = 1; i <= 5000; i++) {
      host.record(session, 'user', `question ${i}`);
      host.record(session, 'assistant', `answer ${i}`);
    }
    await page.reload();
    await page.getByText('answer 5000', { exact: true }).waitFor();
    expect(await page.locator('.line').count()).toBeLessThan(100);
    // However far one goes up, few are drawn, and what one looks at stays where it is.
    for (let i = 0; i < 8; i++) {
      const first = page.locator('.line').first();
      const was = await first.textContent();
      await page.locator('.lines').evaluate((el) => el.scrollTo({ top: 0 }));
      await eventually('more is there', async () => (await first.textContent()) !== was);
    }
    expect(await page.locator('.line').count()).toBeLessThan(400);
    expect(await page.getByText('answer 5000', { exact: true }).count()).toBe(0);
    const place = () => page.locator('.lines').evaluate((el) => el.scrollTop);
    await eventually('there is something above', async () => (await place()) > 1000);
    await page.getByRole('button', { name: 'Latest' }).click();
    await eventually('it is at its end', () =>
      page.locator('.lines').evaluate((el) => el.scrollHeight - el.scrollTop - el.clientHeight < 5),
    );
  });
});
