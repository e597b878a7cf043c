import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../gateway/core/exit.ts';
import { fakeDiscord } from '../../fakes/discord/fake.ts';
import { DIRECT } from '../../fakes/discord/server.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost } from '../fakeHost.ts';
import { discord } from './bot.ts';

const ANN = '11';

describe('the connection to Discord', () => {
  it.each([4000, 4009, 1000, 1001, 0])(
    'R24 resumes after the gateway closed it by code %i, without a message lost',
    async (code) => {
      const fake = await fakeDiscord();
      const host = new FakeHost();
      const platform = discord(fake.url);
      await platform.start(host);
      await eventually('live', () => platform.liveness().state === 'live');
      await fake.say({ channel: DIRECT, user: ANN, text: 'one' });
      await eventually('one', () => host.texts.length === 1);
      await fake.control('close', { code });
      await fake.say({ channel: DIRECT, user: ANN, text: 'two' });
      await eventually('two', () => host.texts.length === 2);
      expect(host.texts).toEqual(['one', 'two']);
      const { identifies, resumes } = await fake.state();
      expect({ identifies, resumes }).toEqual({ identifies: 1, resumes: 1 });
    },
  );

  it('R24 keeps its session through an outage, and says that it is away', async () => {
    const fake = await fakeDiscord();
    const host = new FakeHost();
    const platform = discord(fake.url);
    await platform.start(host);
    await eventually('live', () => platform.liveness().state === 'live');
    await fake.control('outage', { ms: 2500 });
    await eventually('it says so', () => platform.liveness().state === 'retrying');
    await eventually('it is back', () => platform.liveness().state === 'live', 20_000);
    await fake.say({ channel: DIRECT, user: ANN, text: 'back' });
    await eventually('back', () => host.texts.length === 1);
    const { identifies, resumes } = await fake.state();
    expect({ identifies, resumes }).toEqual({ identifies: 1, resumes: 1 });
  });

  it('can be stopped while Discord is away, and does not come back by itself', async () => {
    const fake = await fakeDiscord();
    const platform = discord(fake.url);
    await platform.start(new FakeHost());
    await eventually('live', () => platform.liveness().state === 'live');
    await fake.control('outage', { ms: 1500 });
    await eventually('it is away', () => platform.liveness().state === 'retrying');
    await platform.stopReceiving();
    await eventually(
      'Discord is back',
      () =>
        fake.state().then(
          (s) => s,
          () => undefined,
        ),
      20_000,
    );
    // Another gateway resumes where this one stopped; the old one must not take the session from it.
    const next = discord(fake.url);
    await next.start(new FakeHost());
    await eventually('the next is live', () => next.liveness().state === 'live', 20_000);
    expect(platform.liveness().state).toBe('stopped');
  });

  it('R24 notices a connection that is dead and does not know', async () => {
    const fake = await fakeDiscord();
    await fake.control('set', { heartbeatMs: 200 });
    const host = new FakeHost();
    const platform = discord(fake.url);
    await platform.start(host);
    await eventually('live', () => platform.liveness().state === 'live');
    await fake.control('set', { hung: true, heartbeatMs: 200 });
    await eventually('it resumes', async () => (await fake.state()).resumes > 0);
    await fake.control('set', { hung: false, heartbeatMs: 200 });
    await fake.say({ channel: DIRECT, user: ANN, text: 'heard?' });
    await eventually('heard', () => host.texts.length === 1);
  });

  it('refuses to start with a token that is no bot’s, and never shows the token', async () => {
    const fake = await fakeDiscord();
    const platform = discord(fake.url, { token: 'wrong-secret' });
    const error = await platform.start(new FakeHost()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('developer portal');
    expect((error as Error).message).not.toContain('wrong-secret');
    expect(platform.liveness().state).toBe('failed');
  });

  it('fails for good, without a loop, when it may not read messages', async () => {
    const fake = await fakeDiscord();
    await fake.control('set', { deaf: true });
    const platform = discord(fake.url);
    await platform.start(new FakeHost());
    await eventually('it has failed', () => platform.liveness().state === 'failed');
    expect(platform.liveness().reason).toContain('Message Content Intent');
  });

  it('starts while Discord is down, and minds the identifies that are left', async () => {
    const fake = await fakeDiscord();
    await fake.control('set', { sessionsLeft: 0 });
    const platform = discord(fake.url);
    await platform.start(new FakeHost());
    await eventually('it waits', () => platform.liveness().state === 'retrying');
    expect((await fake.state()).identifies).toBe(0);
  });
});
