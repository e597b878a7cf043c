import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accountHash } from '../../gateway/assembly/ownedAccount.ts';
import { accountLockFolder } from '../../gateway/supervisor/kernelLock.ts';
import { DISCORD_TOKEN } from '../fakes/discord/fake.ts';
import { type FakeProcess, spawnFake } from '../fakes/shared/spawn.ts';
import { TELEGRAM_TOKEN } from '../fakes/telegram/fake.ts';
import { holdLock } from '../harness/lockHolder.ts';
import { Machine, wrongs } from './world.ts';

let telegram: FakeProcess;
let discord: FakeProcess;
const fake = (name: string) => spawnFake(join(import.meta.dirname, `../fakes/${name}/main.ts`));

beforeAll(async () => {
  [telegram, discord] = await Promise.all([fake('telegram'), fake('discord')]);
});
afterAll(() => Promise.all([telegram.stop(), discord.stop()]));

/** A machine with both platforms; their fakes as a new bot has them. */
async function connected(extra = ''): Promise<Machine> {
  const machine = new Machine();
  machine.write('telegram-token', TELEGRAM_TOKEN);
  machine.env.DISCORD = DISCORD_TOKEN;
  machine.write(
    'sluice.yaml',
    `platforms:
  web: {port: 0}
  telegram: {token_file: telegram-token, api_root: "${telegram.url}"${extra}}
  discord: {token_env: DISCORD, api_base: "${discord.url}/api"}
`,
  );
  onTestFinished(async () => {
    await telegram.control('clear');
    await telegram.control('revoke', { revoked: false });
    await telegram.control('webhook', { url: '' });
    await discord.control('revoke', { revoked: false });
    await discord.control('set', { sessionsLeft: 1000 });
    await discord.control('rights', { flags: String(1 << 18), permissions: '8' });
  });
  return machine;
}

const ACCOUNT_FAULTS: readonly [
  fault: string,
  found: RegExp,
  plant: () => unknown,
  extra?: string,
][] = [
  [
    'a token that Telegram does not know',
    /^telegram\/default: Telegram does not know the token → .*@BotFather.*--telegram-token-file/,
    () => telegram.control('revoke', { revoked: true }),
  ],
  [
    'a webhook that takes the messages',
    /^telegram\/default: @\w+: a webhook is set .* → curl -sS ".*\$\(cat .*telegram-token\)\/deleteWebhook"$/,
    () => telegram.control('webhook', { url: 'https://example.org' }),
  ],
  [
    'a privacy mode that hides what is to be answered',
    /^telegram\/default: @\w+: its privacy mode is on.* → send \/setprivacy to @BotFather/,
    () => {},
    ', groups: all',
  ],
  [
    'a token that Discord does not know',
    /^discord\/default: Discord does not know the token → .*Reset Token.*--discord-token-file/,
    () => discord.control('revoke', { revoked: true }),
  ],
  [
    'an intent that is off',
    /^discord\/default: @sluice: .*"Message Content Intent" is off → switch it on at https/,
    () => discord.control('rights', { flags: '0' }),
  ],
  [
    'a permission that is missing',
    /^discord\/default: @sluice: on the server "Mill" it lacks: Send Messages, .* → open https.*permissions=\d+$/,
    () => discord.control('rights', { permissions: String((1 << 10) | (1 << 16)) }),
  ],
  [
    'a bot that starts too many sessions',
    /^discord\/default: @sluice: only 3 new sessions are left/,
    () => discord.control('set', { sessionsLeft: 3 }),
  ],
];

describe('the doctor asks each platform for its account, and finds', () => {
  it('in one line for each that its token works', async () => {
    const machine = await connected();
    const { findings } = await machine.examine();
    expect(wrongs(findings)).toEqual([]);
    const lines = findings.map(({ about, what }) => `${about}: ${what}`);
    expect(lines).toContainEqual(
      expect.stringMatching(/^telegram\/default: the token works: @\w+$/),
    );
    expect(lines).toContain('discord/default: the token works: @sluice');
  });

  it.each(ACCOUNT_FAULTS)('%s', async (_fault, found, plant, extra) => {
    const machine = await connected(extra);
    await plant();
    const { findings } = await machine.examine();
    expect(wrongs(findings)).toEqual([expect.stringMatching(found)]);
    expect(JSON.stringify(findings)).not.toContain(TELEGRAM_TOKEN);
    expect(JSON.stringify(findings)).not.toContain(DISCORD_TOKEN);
  });

  it("R16 an account that another home's gateway serves", async () => {
    const machine = await connected();
    const folder = accountLockFolder(machine.env);
    mkdirSync(folder, { recursive: true });
    const hash = accountHash('telegram', telegram.url, TELEGRAM_TOKEN);
    await holdLock(join(folder, `${hash}.db`));
    const wrong = wrongs((await machine.examine()).findings);
    expect(wrong).toEqual([
      expect.stringMatching(
        /^telegram\/default: a gateway of yours on another home .* → sluice stop/,
      ),
    ]);
  });

  it('a clock that differs from theirs', async () => {
    const machine = await connected();
    machine.plant = { now: () => Date.now() + 600_000 };
    const wrong = wrongs((await machine.examine()).findings);
    expect(wrong).toEqual([expect.stringMatching(/^clock: it is 60\d s fast.*set-ntp true$/)]);
  });

  it('a platform that nobody can reach, and a name that nobody knows', async () => {
    const machine = await connected();
    const name = 'http://bot-api.invalid';
    machine.write(
      'sluice.yaml',
      `platforms: {web: {port: 0}, telegram: {token_file: telegram-token, api_root: "${name}"}}\n`,
    );
    const nobody = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    machine.plant = {
      resolve: () => Promise.reject(nobody),
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: nobody })),
    };
    const wrong = wrongs((await machine.examine()).findings);
    expect(wrong).toEqual([
      expect.stringMatching(
        /^dns: the name bot-api\.invalid is not found: .* → getent hosts bot-api/,
      ),
      expect.stringMatching(/^telegram\/default: Telegram could not be reached .* → curl /),
    ]);
  });
});
