import { describe, expect, it, onTestFinished } from 'vitest';
import { accountHash, ownedAccount } from '../../gateway/assembly/ownedAccount.ts';
import { AccountLocks } from '../../gateway/supervisor/accountLocks.ts';
import { lockAccount } from '../../gateway/supervisor/kernelLock.ts';
import { fakeTelegram, TELEGRAM_TOKEN } from '../fakes/telegram/fake.ts';
import { ManualClock } from '../harness/clock.ts';
import { spawnDaemon, startDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { FakeHost, silentLog } from './fakeHost.ts';
import { OWNER, THEATRES } from './stage.ts';

/** The locks of one home; homes of one user meet in `folder`. */
function home(folder: string) {
  const locks = new AccountLocks((hash) => lockAccount(hash, folder));
  onTestFinished(() => locks.release());
  return locks;
}

describe.each(Object.entries(THEATRES))('an account on %s', (_name, open) => {
  it('R16 is served by one home at a time, by each of its generations, and by the next when that ends', async () => {
    const theatre = await open();
    const folder = tempDir();
    const hash = accountHash(theatre.name, theatre.url, 'token');
    const clock = new ManualClock();
    const [first, second] = [home(folder), home(folder)];
    const owned = (locks: AccountLocks) =>
      ownedAccount(
        theatre.adapter(async () => 'guest'),
        hash,
        async (wanted) => locks.hold(wanted),
        { clock, log: silentLog },
      );
    const generation = owned(first);
    await generation.start(new FakeHost());
    await eventually('live', () => generation.liveness().state === 'live');

    const other = owned(second);
    const host = new FakeHost();
    await other.start(host);
    expect(other.liveness()).toMatchObject({
      state: 'retrying',
      reason: expect.stringContaining('another gateway'),
    });

    await generation.stopReceiving();
    const successor = owned(first);
    await successor.start(new FakeHost());
    await eventually('the successor is live', () => successor.liveness().state === 'live');
    await clock.advance(5_000);
    expect(other.liveness().state).toBe('retrying');

    await successor.close();
    first.release();
    await clock.advance(5_000);
    await eventually('the other home has it', () => other.liveness().state === 'live');
    await theatre.say(OWNER, { text: 'whose are you?' });
    await eventually('it receives', () => host.texts.length === 1);
    await other.close();
  });
});

describe('the start of a gateway', () => {
  const config = (url: string) =>
    `platforms:\n  web: { enabled: false }\n  telegram: { token_env: BOT_TOKEN, owners: [11], api_root: '${url}' }\n`;

  it('R12 ends with 78 when every account is revoked, and says what to do', async () => {
    const fake = await fakeTelegram();
    await fake.control('revoke', { revoked: true });
    const daemon = spawnDaemon({ env: { BOT_TOKEN: TELEGRAM_TOKEN }, config: config(fake.url) });
    expect(await eventually('it ends', () => daemon.over && daemon.exited)).toBe(78);
    expect(daemon.log()).toContain('@BotFather');
    expect(daemon.log()).not.toContain(TELEGRAM_TOKEN);
  });

  it('R16 R24 keeps two homes of one user from one bot; the one that waits says so', async () => {
    const fake = await fakeTelegram();
    const start = { env: { BOT_TOKEN: TELEGRAM_TOKEN, HOME: tempDir() }, config: config(fake.url) };
    const first = await startDaemon(start);
    const second = spawnDaemon(start);
    const state = (s: { platforms: readonly { platform: string; state: string }[] }) =>
      s.platforms.find((p) => p.platform === 'telegram')?.state;
    const waiting = await second.untilStatus('waits', (s) => state(s) === 'retrying');
    expect(waiting.platforms.find((p) => p.platform === 'telegram')?.reason).toContain(
      'another gateway',
    );
    expect((await first.status()).platforms.some((p) => p.state === 'retrying')).toBe(false);
  });
});
