import { describe, expect, it } from 'vitest';
import { fakeDiscord } from '../../fakes/discord/fake.ts';
import { DIRECT } from '../../fakes/discord/server.ts';
import { ManualClock } from '../../harness/clock.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost } from '../fakeHost.ts';
import { discord } from './bot.ts';

describe("Discord's gateway is down", () => {
  it('R24 for ten minutes: it goes on trying, and what was written is answered', async () => {
    const fake = await fakeDiscord();
    const clock = new ManualClock();
    const host = new FakeHost();
    const platform = discord(fake.url, { clock });
    await platform.start(host);
    await eventually('live', () => platform.liveness().state === 'live');
    await fake.say({ channel: DIRECT, user: '11', text: 'before' });
    await eventually('before', () => host.texts.length === 1);
    await fake.control('set', { refuses: true });
    await eventually('it says so', () => platform.liveness().state === 'retrying');
    await fake.say({ channel: DIRECT, user: '11', text: 'while you were away' });
    const end = clock.monotonic() + 10 * 60_000;
    await eventually('ten minutes pass, and it has tried', async () => {
      await clock.advance(5_000);
      return clock.monotonic() > end && (await fake.state()).refused > 3;
    });
    expect(platform.liveness().state).toBe('retrying');
    await fake.control('set', { refuses: false });
    await eventually('it is answered', async () => {
      await clock.advance(5_000);
      return host.texts.length === 2;
    });
    expect(host.texts).toEqual(['before', 'while you were away']);
    await eventually('live again', () => platform.liveness().state === 'live');
  });
});
