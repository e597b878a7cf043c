import { describe, expect, it } from 'vitest';
import { type Asked, judge } from '../../fakes/shared/judge.ts';
import { fakeTelegram, TELEGRAM_TOKEN } from '../../fakes/telegram/fake.ts';
import { ManualClock } from '../../harness/clock.ts';
import { startDaemon } from '../../harness/daemon.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost } from '../fakeHost.ts';
import { telegram } from './bot.ts';

describe('Telegram is down', () => {
  it('R24 for ten minutes: it is asked ever more rarely, and what was written is answered', async () => {
    const fake = await fakeTelegram();
    const clock = new ManualClock();
    const host = new FakeHost();
    const platform = telegram(fake.url, { clock, options: { poll_timeout: 0 } });
    await fake.arm({ method: 'getUpdates', kind: 'status', status: 502, times: 10_000 });
    await fake.say({ chat: 11, user: 11, text: 'while you were away' });
    await platform.start(host);
    const asked = async () =>
      (await fake.state()).calls.filter((c) => c.method === 'getUpdates').length;
    let before = 0;
    for (let minute = 0; minute < 10; minute++) {
      for (let i = 0; i < 12; i++) {
        await clock.advance(5_000);
        await new Promise((done) => setTimeout(done, 5));
      }
      if (minute === 4) before = await asked();
    }
    expect(platform.liveness()).toMatchObject({
      state: 'retrying',
      reason: expect.stringContaining('502'),
    });
    // By now once or twice a minute, not once a second.
    expect((await asked()) - before).toBeLessThanOrEqual(12);
    expect(await asked()).toBeGreaterThan(5);
    await fake.control('clear');
    await eventually('it is answered', async () => {
      await clock.advance(5_000);
      return host.texts.length === 1;
    });
    expect(platform.liveness().state).toBe('live');
  });

  it('delays nobody on another account', async () => {
    const [down, up] = [await fakeTelegram(), await fakeTelegram()];
    const account = (name: string, url: string) =>
      `    - { name: ${name}, token_env: BOT_TOKEN, allowed: [11], api_root: '${url}', poll_timeout: 2 }\n`;
    const daemon = await startDaemon({
      env: { BOT_TOKEN: TELEGRAM_TOKEN },
      config: `platforms:\n  telegram:\n${account('down', down.url)}${account('up', up.url)}`,
    });
    await daemon.untilStatus(
      'serves both',
      (s) =>
        s.platforms.filter((p) => p.platform === 'telegram' && p.state === 'live').length === 2,
    );
    // Replies there are taken and never answered, and then the whole of it goes away.
    await down.arm({ method: 'sendMessage', kind: 'slow', ms: 60_000, times: 100 });
    for (let i = 0; i < 5; i++) await down.say({ chat: 11, user: 11, text: '/say stuck' });
    const asked: Asked[] = [];
    for (let i = 0; i < 10; i++) {
      const mark = `mark-${i}.`;
      asked.push({ chat: '11', mark });
      await up.say({ chat: 11, user: 11, text: `/say ${mark}` });
      await daemon.until(
        'answers on the other account',
        async () => judge(asked, await up.ledger()).lost === 0,
        5_000,
      );
      if (i === 4) await down.stop();
    }
    expect(judge(asked, await up.ledger())).toMatchObject({
      lost: 0,
      duplicated: 0,
      unexpected: 0,
    });
    await daemon.untilStatus('says which is down', (s) =>
      s.platforms.some((p) => p.account === 'down' && p.state === 'retrying'),
    );
    expect((await daemon.status()).platforms.find((p) => p.account === 'up')?.state).toBe('live');
  }, 60_000);
});
