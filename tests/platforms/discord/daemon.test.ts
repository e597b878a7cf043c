import { describe, expect, it } from 'vitest';
import { DISCORD_TOKEN, type FakeDiscord, fakeDiscord } from '../../fakes/discord/fake.ts';
import { DIRECT, GENERAL } from '../../fakes/discord/server.ts';
import { type Asked, judge, NOTICES, repeatedNotices } from '../../fakes/shared/judge.ts';
import { type Daemon, startDaemon } from '../../harness/daemon.ts';
import { eventually } from '../../harness/eventually.ts';

/** Who writes where: two people's direct messages, and one of them on the server. */
const PLACES: readonly (readonly [string, string])[] = [
  [DIRECT, '11'],
  ['602', '12'],
  [GENERAL, '11'],
];
const SPOTLESS = { lost: 0, duplicated: 0, reordered: 0, unexpected: 0, unknown: 0, marked: 0 };

async function running(env: Record<string, string> = {}) {
  const fake = await fakeDiscord();
  const daemon = await startDaemon({
    env: { BOT_TOKEN: DISCORD_TOKEN, SLUICE_BUSY_INPUT_MODE: 'queue', ...env },
    config: `platforms:
  discord:
    token_env: BOT_TOKEN
    owners: [11]
    allowed: [12]
    api_base: ${fake.url}/api
    stream_interval: 0.2
`,
  });
  await receives(daemon);
  const asked: Asked[] = [];
  return {
    fake,
    daemon,
    say: async (n: number) => {
      const [channel, user] = PLACES[n % 3] as (typeof PLACES)[number];
      const mark = `mark-${asked.length}.`;
      asked.push({ chat: channel, mark });
      await fake.say({ channel, user, text: `/say ${mark}`, mention: channel === GENERAL });
    },
    answered: () => answered(fake, daemon, asked),
  };
}

const receives = (daemon: Daemon) =>
  daemon.untilStatus(
    'receives',
    (s) => s.platforms.some((p) => p.platform === 'discord' && p.state === 'live'),
    40_000,
  );

async function answered(fake: FakeDiscord, daemon: Daemon, asked: Asked[]) {
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

describe('the gateway on Discord', () => {
  it('answers, streams and takes slash commands', async () => {
    const { fake, say, answered } = await running();
    for (let i = 0; i < 3; i++) await say(i);
    expect(await answered()).toEqual(SPOTLESS);
    await fake.say({ channel: '602', user: '12', text: '/busy 3' });
    await eventually('it shows its step', async () => (await fake.seen('602'))[1]?.includes('⏳'));
    await eventually('it is one message in the end', async () => {
      const seen = await fake.seen('602');
      return seen.length === 2 && seen[1]?.includes('⏳') === false;
    });
    await fake.control('slash', { channel: DIRECT, user: '11', name: 'whoami' });
    await eventually('the command', async () => (await fake.seen(DIRECT))[1]?.includes('an owner'));
  });

  it('R02, R18 and R24 hand over by resuming: nothing lost, doubled or out of order', async () => {
    const { daemon, fake, say, answered } = await running();
    const before = (await daemon.status()).instance;
    let talking = true;
    const talk = (async () => {
      for (let i = 0; talking; i++) {
        await say(i);
        await new Promise((done) => setTimeout(done, 20));
      }
    })();
    await daemon.client.restart({ by: 'test' });
    await daemon.untilStatus('is another', (s) => s.instance !== before && s.ready, 40_000);
    await receives(daemon);
    talking = false;
    await talk;
    expect(await answered()).toEqual(SPOTLESS);
    expect(repeatedNotices(await fake.ledger())).toEqual([]);
    expect((await fake.state()).identifies).toBe(1);
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
    'R01, R02 and R05 hold when the gateway is killed at %s: each reply shows once',
    async (point) => {
      const { daemon, fake, say, answered } = await running({
        SLUICE_CRASH_AT: `${point}@1`,
      });
      for (let i = 0; i < 12; i++) await say(i);
      expect(await answered()).toEqual(SPOTLESS);
      expect((await daemon.status()).generation).toBeGreaterThan(1);
      expect((await fake.state()).resumes).toBeGreaterThan(0);
    },
    90_000,
  );
});
