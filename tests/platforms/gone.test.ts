import { expect, it, onTestFinished } from 'vitest';
import { BOT as DISCORD_BOT, GENERAL } from '../fakes/discord/server.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { openTown, receives } from './town.ts';

// The gateway as real processes. Where each platform puts a reply is in telegram/gone.test.ts and
// discord/gone.test.ts; here it goes through the journal, the courier and a kill.

const THREAD = '777';
const GROUP = -100;

it('R05 R43 a reply whose topic went while it was written comes in the chat; killed there, once or marked', async () => {
  const town = await openTown({
    dir: tempDir(),
    undo: (close) => onTestFinished(async () => void (await close())),
    names: ['telegram', 'discord'],
  });
  const { daemon, telegram, discord } = town;
  if (telegram === undefined || discord === undefined) throw new Error('both were asked for');
  await discord.control('rights', { permissions: '0' });
  await discord.control('open', {
    id: THREAD,
    type: 11,
    parent_id: GENERAL,
    owner_id: DISCORD_BOT,
  });
  await telegram.say({ chat: GROUP, user: 1, text: '/busy@sluice_bot 2', thread: 9 });
  await discord.say({ channel: THREAD, user: '1', text: '/busy 2' });
  const grows = async () =>
    (await telegram.state()).messages.some((m) => m.bot && m.thread === 9) &&
    (await discord.seen(THREAD)).length > 0;
  await daemon.until('shows both replies as they grow', grows);
  await telegram.arm({ method: 'sendMessage', kind: 'hold', match: 'is gone' });
  await discord.arm({ method: 'POST messages', kind: 'hold', match: 'is gone' });
  await telegram.control('topic', { chat: String(GROUP), thread: 9, state: 'deleted' });
  await discord.control('thread', { id: THREAD, state: 'deleted' });
  const inGroup = () => telegram.seen(GROUP);
  const inChannel = () => discord.seen(GENERAL);
  await eventually(
    'both have come elsewhere',
    async () => (await inGroup()).length === 1 && (await inChannel()).length === 1,
    20_000,
  );
  await daemon.killGeneration();
  await receives(daemon);
  const [first, second] = await daemon.until(
    'sends the one that cannot be proven again',
    async () => {
      const texts = await inGroup();
      return texts.length > 1 && texts;
    },
  );
  const answer = 'Working for 2 s: 1 2. Done.';
  expect(first).toBe(`(The topic is gone, so this comes here.)\n\n${answer}`);
  expect(second).toMatch(/^\(The topic is gone.*\n\n\(You may have seen this before/);
  expect(second).toContain(answer);
  const posts = async () =>
    (await discord.state()).calls.filter(
      (c) => c.method === 'POST messages' && c.channel === GENERAL,
    );
  await daemon.until(
    'sends the other one under its key again',
    async () => (await posts()).length > 1,
  );
  await daemon.untilStatus('is at rest', (s) => s.activeTurns === 0 && s.queued === 0);
  expect(await inGroup()).toHaveLength(2);
  expect(await inChannel()).toEqual([`(The thread is gone, so this comes here.)\n\n${answer}`]);
  expect(await daemon.client.deadLetters()).toEqual([]);
}, 90_000);
