import { onTestFinished } from 'vitest';
import { systemClock } from '../../../gateway/assembly/systemClock.ts';
import type { Clock } from '../../../gateway/core/clock.ts';
import type { Address } from '../../../gateway/core/message.ts';
import { createDiscordPlatform } from '../../../gateway/platforms/discord/discord.ts';
import { discordOptions } from '../../../gateway/platforms/discord/options.ts';
import type { Platform } from '../../../gateway/platforms/platform.ts';
import type { Authorise } from '../../../gateway/platforms/shared/deps.ts';
import { DISCORD_TOKEN } from '../../fakes/discord/fake.ts';
import { silentLog } from '../fakeHost.ts';

export const address = (chat: string, thread?: string): Address => ({
  platform: 'discord',
  account: 'default',
  chat,
  ...(thread === undefined ? {} : { thread }),
});

/** An adapter that talks to a fake; closed when the test has finished. */
export function discord(
  url: string,
  given: { options?: object; authorise?: Authorise; token?: string; clock?: Clock } = {},
): Platform {
  const platform = createDiscordPlatform(
    discordOptions.parse({ api_base: `${url}/api`, stream_interval: 0.2, ...given.options }),
    {
      token: given.token ?? DISCORD_TOKEN,
      clock: given.clock ?? systemClock,
      log: silentLog,
      random: () => 0,
      authorise: given.authorise ?? (async () => 'guest'),
    },
  );
  onTestFinished(() => platform.close());
  return platform;
}
