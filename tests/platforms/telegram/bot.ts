import { onTestFinished } from 'vitest';
import { systemClock } from '../../../gateway/assembly/systemClock.ts';
import type { Clock } from '../../../gateway/core/clock.ts';
import type { Address } from '../../../gateway/core/message.ts';
import type { Platform } from '../../../gateway/platforms/platform.ts';
import type { Authorise } from '../../../gateway/platforms/shared/deps.ts';
import { telegramOptions } from '../../../gateway/platforms/telegram/options.ts';
import { createTelegramPlatform } from '../../../gateway/platforms/telegram/telegram.ts';
import { TELEGRAM_TOKEN } from '../../fakes/telegram/fake.ts';
import { silentLog } from '../fakeHost.ts';

export const address = (chat: number, thread?: string): Address => ({
  platform: 'telegram',
  account: 'default',
  chat: String(chat),
  ...(thread === undefined ? {} : { thread }),
});

/** An adapter that talks to a fake; closed when the test has finished. */
export function telegram(
  url: string,
  given: {
    options?: object;
    authorise?: Authorise;
    token?: string;
    clock?: Clock;
  } = {},
): Platform {
  const platform = createTelegramPlatform(
    telegramOptions.parse({
      api_root: url,
      poll_timeout: 5,
      stream_interval: 0.2,
      ...given.options,
    }),
    {
      token: given.token ?? TELEGRAM_TOKEN,
      clock: given.clock ?? systemClock,
      log: silentLog,
      random: () => 0,
      authorise: given.authorise ?? (async () => 'guest'),
    },
  );
  onTestFinished(() => platform.close());
  return platform;
}
