import { describe, expect, it } from 'vitest';
import { type Asked, judge, NOTICES } from '../../fakes/shared/judge.ts';
import { type FakeTelegram, fakeTelegram, TELEGRAM_TOKEN } from '../../fakes/telegram/fake.ts';
import { type Daemon, startDaemon } from '../../harness/daemon.ts';
import { eventually } from '../../harness/eventually.ts';

const CHATS = [11, 12, 13];
const SPOTLESS = { lost: 0, duplicated: 0, reordered: 0, unexpected: 0, unknown: 0, marked: 0 };

/** The gateway as a user runs it, with one bot, and a way to talk to it whose memory is the judge's. */
async function running(env: Record<string, string> = {}) {
  const fake = await fakeTelegram();
  const daemon = await startDaemon({
    env: { BOT_TOKEN: TELEGRAM_TOKEN, SLUICE_BUSY_INPUT_MODE: 'queue', ...env },
    config: `platforms:
  telegram:
    token_env: BOT_TOKEN
    owners: [11]
    allowed: [12, 13]
    api_root: ${fake.url}
    poll_timeout: 2
    stream_interval: 0.2
`,
  });
  await daemon.untilStatus('receives', (s) =>
    s.platforms.some((p) => p.platform === 'telegram' && p.state === 'live'),
  );
  const asked: Asked[] = [];
  return {
    fake,
    daemon,
    asked,
    say: async (chat: number, words = '/say') => {
      const mark = `mark-${asked.length}.`;
      asked.push({ chat: String(chat), mark });
      await fake.say({ chat, user: chat, text: `${words} ${mark}` });
    },
    answered: () => answered(fake, daemon, asked),
  };
}

async function answered(fake: FakeTelegram, daemon: Daemon, asked: Asked[]) {
  const look = async () => judge(asked, await fake.ledger(), NOTICES);
  await daemon
    .until('answers everything', async () => (await look()).lost === 0, 40_000)
    .catch(async (error: Error) => {
      const { delivered } = await fake.ledger();
      throw new Error(`${JSON.stringify({ asked, delivered }, null, 1)}\n${error.message}`);
    });
  // What comes twice comes late: a moment in which nothing more is on its way.
  await daemon.untilStatus('is at rest', (s) => s.activeTurns === 0 && s.queued === 0);
  return look();
}

describe('the gateway on Telegram', () => {
  it('answers, streams and takes commands', async () => {
    const { fake, answered, say } = await running();
    await say(11);
    await fake.say({ chat: 12, user: 12, photo: 'p1', caption: 'see' });
    await eventually(
      'the photo',
      async () => (await fake.seen(12))[0]?.includes('1 file') === true,
    );
    expect((await fake.seen(12))[0]).toContain('“see”');
    await fake.say({ chat: 13, user: 13, text: '/busy 3' });
    await eventually('it grows', async () => {
      const message = (await fake.state()).messages.find((m) => m.chat === '13' && m.bot);
      return message !== undefined && message.versions.length > 1;
    });
    expect((await answered()).lost).toBe(0);
    await eventually(
      'it is one message in the end',
      async () => (await fake.seen(13))[0]?.includes('⏳') === false,
    );
    expect(await fake.seen(13)).toHaveLength(1);
    await fake.say({ chat: 11, user: 11, text: '/whoami' });
    await eventually('the command', async () => (await fake.seen(11)).length === 2);
    expect((await fake.state()).commands.map((c) => c.command)).toContain('restart');
    await eventually(
      'one message for the long reply',
      async () => (await fake.seen(13)).length >= 1,
    );
  });

  it('hands over with messages in flight: nothing lost, doubled or out of order', async () => {
    const { daemon, say, answered } = await running();
    const before = (await daemon.status()).instance;
    let talking = true;
    const talk = (async () => {
      for (let i = 0; talking; i++) {
        await say(CHATS[i % 3] as number);
        await new Promise((done) => setTimeout(done, 20));
      }
    })();
    await daemon.client.restart({ by: 'test' });
    await daemon.untilStatus(
      'is another instance',
      (s) => s.instance !== before && s.ready,
      40_000,
    );
    talking = false;
    await talk;
    expect(await answered()).toEqual(SPOTLESS);
  }, 90_000);

  it.each([
    'message-arrived:3',
    'message-committed:3',
    'turn-started:3',
    'turn-ended:3',
    'before-send:3',
    'after-send:3',
    'send-recorded:3',
  ])(
    'R01, R02 and R05 hold when the gateway is killed at %s',
    async (point) => {
      const { daemon, say, answered } = await running({
        SLUICE_CRASH_AT: `${point}@1`,
      });
      for (let i = 0; i < 12; i++) await say(CHATS[i % 3] as number);
      const verdict = await answered();
      const { lost, reordered, unexpected, unknown, duplicated, marked } = verdict;
      expect({ lost, reordered, unexpected, unknown }).toEqual({
        lost: 0,
        reordered: 0,
        unexpected: 0,
        unknown: 0,
      });
      // What was being sent in that moment (a message of each chat at most) is sent again: Telegram's
      // plain sends are blind. Each repeat says that it may be one.
      expect(duplicated).toBeLessThanOrEqual(CHATS.length);
      expect(marked).toBeGreaterThanOrEqual(duplicated);
      expect((await daemon.status()).generation).toBeGreaterThan(1);
    },
    90_000,
  );

  it('R18 says at most once per chat that it restarts, whatever the number of messages', async () => {
    const { daemon, fake, say } = await running();
    await fake.say({ chat: 12, user: 12, text: '/busy 3' });
    await daemon.untilStatus('works', (s) => s.activeTurns === 1);
    await fake.say({ chat: 11, user: 11, text: '/restart' });
    for (let i = 0; i < 5; i++) await say(12);
    await daemon.untilStatus(
      'is at rest',
      (s) => s.generation > 1 && s.activeTurns === 0 && s.queued === 0,
      40_000,
    );
    await eventually(
      'the answers',
      async () => (await fake.seen(12)).filter((t) => t.includes('mark-')).length === 5,
    );
    const notices = (await fake.seen(12)).filter(
      (t) => !t.includes('mark-') && !t.includes('econd'),
    );
    expect(notices.length).toBeLessThanOrEqual(2);
  }, 60_000);

  it('serves on the web while its Telegram token is revoked, and says so', async () => {
    const { daemon, fake } = await running();
    await fake.control('revoke', { revoked: true });
    const status = await daemon.untilStatus('says so', (s) =>
      s.platforms.some((p) => p.platform === 'telegram' && p.state === 'failed'),
    );
    expect(status.platforms.find((p) => p.platform === 'telegram')?.reason).toContain('BotFather');
    expect(status.platforms.find((p) => p.platform === 'web')?.state).toBe('live');
    expect((await fetch(`http://127.0.0.1:${daemon.port}/healthz`)).status).toBe(200);
  });
});
