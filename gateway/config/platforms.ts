import { z } from 'zod';
import { discordOptions } from '../platforms/discord/options.ts';
import { telegramOptions } from '../platforms/telegram/options.ts';
import { WebOptionsSchema } from '../platforms/web/options.ts';
import { webhookOptions } from '../platforms/webhook/options.ts';

/** One account, or a list of them; always a list once loaded. */
const accounts = <T extends z.ZodType>(account: T, about: string) =>
  z
    .union([account, z.array(account)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[])
    .prefault([])
    .meta({ description: `${about} One account, or a list of them.` });

/** The chat platforms that are served. Each adapter writes the keys of its own accounts. */
export const PlatformsSchema = z.strictObject({
  web: WebOptionsSchema.prefault({}).meta({ description: 'The page and the HTTP API.' }),
  telegram: accounts(telegramOptions, 'Telegram bots.'),
  discord: accounts(discordOptions, 'Discord bots.'),
  webhook: accounts(webhookOptions, 'Webhooks.'),
});
