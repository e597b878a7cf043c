import type { Config } from '../config/schema.ts';
import { readSecret } from '../config/secrets.ts';
import type { Clock, Random } from '../core/clock.ts';
import { ConfigError } from '../core/exit.ts';
import type { Log } from '../core/log.ts';
import type { PeopleRules } from '../core/people.ts';
import type { People } from '../people/people.ts';
import type { Platform } from '../platforms/platform.ts';
import type { PlatformDeps } from '../platforms/shared/deps.ts';
import type { WebhookPlatform } from '../platforms/webhook/webhook.ts';
import type { ClaimAccount } from './accountClaims.ts';
import { accountHash, ownedAccount } from './ownedAccount.ts';
import { createWeb, type WebDeps } from './webOf.ts';

export interface PlatformsDeps extends WebDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly configFile?: string;
  readonly people: People;
  readonly claim: ClaimAccount;
}

/** Loads what the platforms need while something else is waited for. What is wrong with it is said when they are made. */
export async function preloadPlatforms({ platforms }: Config): Promise<void> {
  if (platforms.web.enabled) await import('../platforms/web/webPlatform.ts').catch(() => {});
}

/**
 * Makes every configured account. A platform's library is loaded only where an account of it is
 * configured.
 * @throws ConfigError when one cannot work as configured.
 */
export async function createPlatforms(config: Config, deps: PlatformsDeps): Promise<Platform[]> {
  const { web, telegram, discord, webhook } = config.platforms;
  const platforms: Platform[] = [];
  const hooks = new Map<string, WebhookPlatform>();
  for (const account of webhook.filter((a) => a.enabled)) {
    const { createWebhookPlatform } = await import('../platforms/webhook/webhook.ts');
    const keys = { env: account.secret_env, file: account.secret_file };
    const secret = needed(`platforms.webhook (${account.name}).secret`, keys, deps);
    const made = createWebhookPlatform(account, { clock: deps.clock, log: deps.log, secret });
    hooks.set(account.name, made);
    platforms.push(made);
  }
  if (web.enabled) {
    const token = secretOf('platforms.web.token', tokenKeys(web), deps);
    platforms.push(await createWeb(web, token, hooks, deps));
  }
  for (const account of telegram.filter((a) => a.enabled)) {
    const { createTelegramPlatform } = await import('../platforms/telegram/telegram.ts');
    const token = needed(`platforms.telegram (${account.name}).token`, tokenKeys(account), deps);
    const made = createTelegramPlatform(account, { ...adapterDeps(account, deps), token });
    platforms.push(owned(made, account.api_root, token, deps));
  }
  for (const account of discord.filter((a) => a.enabled)) {
    const { createDiscordPlatform } = await import('../platforms/discord/discord.ts');
    const token = needed(`platforms.discord (${account.name}).token`, tokenKeys(account), deps);
    const made = createDiscordPlatform(account, { ...adapterDeps(account, deps), token });
    platforms.push(owned(made, account.api_base, token, deps));
  }
  return platforms;
}

interface SecretKeys {
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}

function tokenKeys(account: {
  token_env?: string | undefined;
  token_file?: string | undefined;
}): SecretKeys {
  return { env: account.token_env, file: account.token_file };
}

function secretOf(
  what: string,
  keys: SecretKeys,
  { env, configFile, secrets }: PlatformsDeps,
): string | undefined {
  const value = readSecret({ what, ...keys }, { env, configFile });
  secrets.add(value);
  return value;
}

/** @throws ConfigError where none is configured. */
function needed(what: string, keys: SecretKeys, deps: PlatformsDeps): string {
  const value = secretOf(what, keys, deps);
  if (value === undefined)
    throw new ConfigError(`${what} is missing: set ${what}_env or ${what}_file.`);
  return value;
}

function owned(made: Platform, server: string, token: string, deps: PlatformsDeps): Platform {
  return ownedAccount(made, accountHash(made.platform, server, token), deps.claim, deps);
}

function adapterDeps(
  rules: PeopleRules,
  { clock, log, random, people }: PlatformsDeps,
): PlatformDeps {
  return { clock, log, random, authorise: people.authorise(rules) };
}
