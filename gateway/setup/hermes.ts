import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { isMap, parseDocument } from 'yaml';
import { ConfigError, RequestError } from '../core/exit.ts';
import { BUSY_MODES } from '../core/message.ts';
import type { AccountAnswer, AccountPlatform, Answers } from './answers.ts';

/** A key of the other system, and what became of it; never with a secret's value. */
export interface Note {
  readonly key: string;
  readonly what: string;
}

export interface Imported {
  readonly answers: Answers;
  readonly taken: readonly Note[];
  readonly left: readonly Note[];
}

/** Reads Hermes' settings: its folder (`~/.hermes`), or the `config.yaml` in it. */
export function readHermes(path: string): Imported {
  const folder = existsSync(path) && statSync(path).isDirectory() ? path : join(path, '..');
  const [config, env] = [join(folder, 'config.yaml'), join(folder, '.env')];
  if (!existsSync(config) && !existsSync(env)) {
    throw new RequestError(
      `there is neither a config.yaml nor a .env in ${folder}; name Hermes' folder, usually ~/.hermes`,
    );
  }
  return fromHermes(read(config), read(env));
}

function read(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } catch (error) {
    throw new RequestError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * What of Hermes' settings means the same here. The environment wins over the file, as it does there.
 * Pure; whatever is not taken is listed with its reason.
 */
export function fromHermes(configText: string, envText: string): Imported {
  const settings = new Settings(configText, envText);
  const drainTimeout = settings.take(
    ['HERMES_RESTART_DRAIN_TIMEOUT', 'agent.restart_drain_timeout'],
    'agent.restart_drain_timeout',
    (value) => (/^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined),
  );
  const busyMode = settings.take(
    ['HERMES_GATEWAY_BUSY_INPUT_MODE', 'display.busy_input_mode'],
    'display.busy_input_mode',
    (value) => BUSY_MODES.find((mode) => mode === value.toLowerCase()),
  );
  const everyone = settings.take(['GATEWAY_ALLOWED_USERS'], 'allowed, of each platform', listOf);
  const telegram = account('telegram', settings, everyone);
  const discord = account('discord', settings, everyone);
  return {
    answers: {
      ...(telegram === undefined ? {} : { telegram }),
      ...(discord === undefined ? {} : { discord }),
      ...(busyMode === undefined ? {} : { busyMode }),
      ...(drainTimeout === undefined ? {} : { drainTimeout }),
    },
    taken: settings.taken,
    left: settings.rest(),
  };
}

function account(
  platform: AccountPlatform,
  settings: Settings,
  everyone: readonly string[] | undefined,
): AccountAnswer | undefined {
  const name = platform.toUpperCase();
  const section = `platforms.${platform}`;
  const token = settings.take([`${name}_BOT_TOKEN`], `${section}.token_file`, (v) => v);
  if (token === undefined) return undefined;
  const own = settings.take([`${name}_ALLOWED_USERS`], `${section}.allowed`, listOf);
  const groups = settings.take(
    [`${name}_REQUIRE_MENTION`, `${platform}.require_mention`],
    `${section}.groups`,
    (value) => (truthOf(value) === undefined ? undefined : truthOf(value) ? 'addressed' : 'all'),
  );
  const threads =
    platform === 'discord'
      ? settings.take(['DISCORD_AUTO_THREAD', 'discord.auto_thread'], `${section}.threads`, truthOf)
      : undefined;
  const allowed = [...new Set([...(own ?? []), ...(everyone ?? [])])];
  return {
    token,
    ...(allowed.length === 0 ? {} : { allowed }),
    ...(groups === undefined ? {} : { groups }),
    ...(threads === undefined ? {} : { threads }),
  };
}

function listOf(value: string): string[] | undefined {
  const ids = value
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  // A star opens the door to everybody; that is no list.
  return ids.length === 0 || ids.includes('*') ? undefined : ids;
}

function truthOf(value: string): boolean | undefined {
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  return /^(false|no|off|0)$/i.test(value) ? false : undefined;
}

/** Why a key has no counterpart, by the beginning of its name; the first that fits. */
const REASONS: readonly [RegExp, string][] = [
  [/ALLOW_ALL_USERS$/, 'here nobody is answered who is not named or paired'],
  [/^(TELEGRAM|DISCORD|GATEWAY)_ALLOWED_USERS$/, 'not a list of ids, or its platform has no token'],
  [
    /ALLOWED_(CHANNELS|CHATS|GROUPS|ROLES)|allowed_channels/,
    '`allowed` would let everybody in them in; look first',
  ],
  [
    /^(SLACK|WHATSAPP|SIGNAL|MATRIX|EMAIL|TEAMS|MATTERMOST|GOOGLE_CHAT|SMS|TWILIO|FEISHU|WECOM|DINGTALK|HOMEASSISTANT|HASS)_/,
    'not taken over from there; see docs/platforms',
  ],
  [/WEBHOOK/, 'Telegram is polled here; remove the webhook (`sluice doctor` says how)'],
  [/HOME_CHANNEL|CRON/, 'the gateway sends nothing by itself'],
  [/busy_text_mode/, 'here one key decides: display.busy_input_mode'],
  [
    /API_KEY$|_KEY$|^model|^provider|^(OPENAI|ANTHROPIC|OPENROUTER)_/,
    "the agent's own; keep Hermes as the agent, or choose one with `sluice init`",
  ],
  [/restart_drain_timeout|RESTART_DRAIN_TIMEOUT/, 'not a number of seconds'],
  [/busy_input_mode|BUSY_INPUT_MODE/, `not one of ${BUSY_MODES.join(', ')}`],
];

class Settings {
  readonly taken: Note[] = [];
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #file: ReadonlyMap<string, string>;
  readonly #used = new Set<string>();

  constructor(configText: string, envText: string) {
    this.#env = parseEnv(envText) as Record<string, string | undefined>;
    this.#file = new Map(leaves(configText));
  }

  /** The first of `keys` that is set and fits; all of them count as dealt with then. */
  take<T>(
    keys: readonly string[],
    to: string,
    fit: (value: string) => T | undefined,
  ): T | undefined {
    for (const key of keys) {
      const value = (this.#env[key] ?? this.#file.get(key))?.trim();
      if (value === undefined || value === '') continue;
      const fits = fit(value);
      if (fits === undefined) continue;
      for (const each of keys) this.#used.add(each);
      this.taken.push({ key, what: to });
      return fits;
    }
    return undefined;
  }

  /** Everything that is set and was not taken; of sections nobody asked for, only their names. */
  rest(): Note[] {
    const env = Object.entries(this.#env)
      .filter(([key, value]) => value?.trim() && !this.#used.has(key))
      .map(([key]) => key);
    const file = [...this.#file.keys()]
      .filter((key) => !this.#used.has(key))
      .map((key) =>
        /^(agent|display|telegram|discord)\./.test(key) ? key : (key.split('.')[0] as string),
      );
    return [...new Set([...file, ...env])].map((key) => ({
      key,
      what: REASONS.find(([pattern]) => pattern.test(key))?.[1] ?? 'nothing here means the same',
    }));
  }
}

/** Every value of a YAML file by its dotted path. @throws ConfigError for what is not YAML. */
function leaves(text: string): [string, string][] {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new ConfigError("Hermes' config.yaml is not YAML");
  const found: [string, string][] = [];
  const visit = (node: unknown, path: string) => {
    if (isMap(node)) {
      for (const { key, value } of node.items)
        visit(value, path === '' ? String(key) : `${path}.${key}`);
      return;
    }
    const value = (node as { toJSON?: () => unknown } | null)?.toJSON?.();
    if (value !== undefined && value !== null) {
      found.push([path, typeof value === 'object' ? JSON.stringify(value) : String(value)]);
    }
  };
  visit(document.contents, '');
  return found;
}
