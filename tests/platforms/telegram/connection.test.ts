import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../gateway/core/exit.ts';
import { fakeTelegram } from '../../fakes/telegram/fake.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost } from '../fakeHost.ts';
import { telegram } from './bot.ts';

const ANN = 11;

describe('the connection to Telegram', () => {
  it('R16 names the other holder when another process polls, and goes on trying', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    const platform = telegram(fake.url);
    await fake.arm({
      method: 'getUpdates',
      kind: 'status',
      status: 409,
      description: 'Conflict: terminated by other getUpdates request',
    });
    await platform.start(host);
    const said = await eventually('it says so', () => platform.liveness().reason);
    expect(platform.liveness().state).toBe('retrying');
    expect(said).toContain('another process polls');
    await fake.say({ chat: ANN, user: ANN, text: 'still there?' });
    await eventually('it recovers', () => host.texts.length === 1);
    expect(platform.liveness().state).toBe('live');
  });

  it('says that a webhook is in the way', async () => {
    const fake = await fakeTelegram();
    await fake.control('webhook', { url: 'https://example.org' });
    const platform = telegram(fake.url);
    await platform.start(new FakeHost());
    const said = await eventually('it says so', () => platform.liveness().reason);
    expect(said).toContain('deleteWebhook');
  });

  it('refuses to start with a token that is no bot’s, and never shows the token', async () => {
    const fake = await fakeTelegram();
    const platform = telegram(fake.url, { token: '1:wrong-secret' });
    const error = await platform.start(new FakeHost()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('BotFather');
    expect((error as Error).message).not.toContain('wrong-secret');
    expect(platform.liveness().state).toBe('failed');
  });

  it('R24 fails for good, without a loop, when its token is revoked while it runs', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    const platform = telegram(fake.url, { options: { poll_timeout: 0 } });
    await platform.start(host);
    await eventually('it is live', () => platform.liveness().state === 'live');
    await fake.control('revoke', { revoked: true });
    await eventually('it has failed', () => platform.liveness().state === 'failed');
    const { length } = (await fake.state()).calls;
    await fake.control('revoke', { revoked: false });
    await fake.say({ chat: ANN, user: ANN, text: 'anyone?' });
    expect((await fake.state()).calls.length).toBe(length);
    expect(host.texts).toEqual([]);
    expect(platform.liveness().reason).toContain('token');
  });

  it('R24 starts while Telegram is down, says that it retries, and serves when it is back', async () => {
    const fake = await fakeTelegram();
    await fake.control('outage', { ms: 1500 });
    await eventually('it is down', () =>
      fetch(fake.url)
        .then(() => false)
        .catch(() => true),
    );
    const host = new FakeHost();
    const platform = telegram(fake.url);
    await platform.start(host);
    await eventually('it says so', () => platform.liveness().state === 'retrying');
    await eventually('it is live', () => platform.liveness().state === 'live');
    await fake.say({ chat: ANN, user: ANN, text: 'back?' });
    await eventually('it serves', () => host.texts.length === 1);
  });

  it('passes through an outage of the platform in the middle of its work', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    const platform = telegram(fake.url);
    await platform.start(host);
    await fake.say({ chat: ANN, user: ANN, text: 'before' });
    await eventually('before', () => host.texts.length === 1);
    await fake.control('outage', { ms: 300 });
    await eventually('it noticed', () => platform.liveness().state === 'retrying');
    await eventually('it is live again', () => platform.liveness().state === 'live');
    await fake.say({ chat: ANN, user: ANN, text: 'after' });
    await eventually('after', () => host.texts.length === 2);
    expect(host.texts).toEqual(['before', 'after']);
  });
});
