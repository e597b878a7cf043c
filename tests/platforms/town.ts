import { sign } from '../../gateway/platforms/webhook/signature.ts';
import { DISCORD_TOKEN, type FakeDiscord, fakeDiscord } from '../fakes/discord/fake.ts';
import type { Fault } from '../fakes/shared/faults.ts';
import { type Asked, judge, type Ledger, NOTICES, type Verdict } from '../fakes/shared/judge.ts';
import { type FakeTelegram, fakeTelegram, TELEGRAM_TOKEN } from '../fakes/telegram/fake.ts';
import { type Receiver, receiver } from '../fakes/webhook/receiver.ts';
import { Daemon } from '../harness/daemonProcess.ts';
import { eventually } from '../harness/eventually.ts';

export const PLACES = ['telegram', 'discord', 'webhook'] as const;
export type PlaceName = (typeof PLACES)[number];
export const SPOTLESS: Verdict = {
  lost: 0,
  duplicated: 0,
  reordered: 0,
  unexpected: 0,
  unknown: 0,
  marked: 0,
};
const SECRET = 'a secret of a test, long enough';

/** One platform with three people, who each write in a direct chat of their own. */
export interface Place {
  readonly name: PlaceName;
  readonly asked: Asked[];
  /** Says something that holds a mark, and waits until the platform has it. */
  say(person: 0 | 1 | 2, words?: string): Promise<string>;
  /** What people see in a chat now. */
  seen(person: 0 | 1 | 2): Promise<string[]>;
  ledger(): Promise<Ledger>;
  verdict(): Promise<Verdict>;
  /** Lets the sends whose body holds `mark` take effect and never answers them. */
  holdSend(mark: string): Promise<void>;
  holdEdit(mark: string): Promise<void>;
}

export interface Town {
  readonly daemon: Daemon;
  readonly places: ReadonlyMap<PlaceName, Place>;
  readonly telegram: FakeTelegram | undefined;
  readonly discord: FakeDiscord | undefined;
  /** Waits until everything that was asked is answered and nothing is under way; the judges' words. */
  answered(): Promise<Record<string, Verdict>>;
}

/**
 * The gateway as a user runs it, with an account on each of the named platforms, whose fakes judge.
 * `undo` is told how to end each thing.
 */
export async function openTown(options: {
  readonly dir: string;
  readonly undo: (close: () => unknown) => void;
  readonly names?: readonly PlaceName[];
  readonly env?: Record<string, string>;
  /** More of the configuration. */
  readonly config?: string;
  /** Whether the webhook's receiver heeds the key, and the gateway is told so. */
  readonly idempotent?: boolean;
}): Promise<Town> {
  const { dir, undo, names = PLACES, env, config = '', idempotent = true } = options;
  const has = (name: PlaceName) => names.includes(name);
  const [telegram, discord, hook] = await Promise.all([
    has('telegram') ? fakeTelegram(undo) : undefined,
    has('discord') ? fakeDiscord(undo) : undefined,
    has('webhook') ? receiver(SECRET, { heeds: idempotent }) : undefined,
  ]);
  if (hook !== undefined) undo(() => hook.close());
  const daemon = new Daemon({
    dir,
    env: {
      TELEGRAM: TELEGRAM_TOKEN,
      DISCORD: DISCORD_TOKEN,
      HOOK: SECRET,
      SLUICE_BUSY_INPUT_MODE: 'queue',
      ...env,
    },
    config: [
      config,
      'platforms:',
      telegram &&
        `  telegram: { token_env: TELEGRAM, owners: [1], allowed: [2, 3], api_root: '${telegram.url}', poll_timeout: 2, stream_interval: 0.2 }`,
      discord &&
        `  discord: { token_env: DISCORD, owners: [1], allowed: [2, 3], api_base: '${discord.url}/api', stream_interval: 0.2 }`,
      hook &&
        `  webhook: { name: hook, secret_env: HOOK, reply_url: '${hook.url}', reply_idempotent: ${idempotent} }`,
    ]
      .filter(Boolean)
      .join('\n'),
  });
  undo(() => daemon.endAll());
  await daemon.ready(60_000);
  await receives(daemon);
  const places = new Map<PlaceName, Place>();
  if (telegram !== undefined) places.set('telegram', telegramPlace(telegram));
  if (discord !== undefined) places.set('discord', discordPlace(discord));
  if (hook !== undefined) places.set('webhook', webhookPlace(hook, daemon));
  return {
    daemon,
    places,
    telegram,
    discord,
    answered: async () => {
      const look = () => Promise.all([...places.values()].map((p) => p.verdict()));
      await daemon
        .until('answers everything', async () => (await look()).every((v) => v.lost === 0), 60_000)
        .catch(async (error: Error) => {
          throw new Error(`${JSON.stringify(await look())}\n${error.message}`);
        });
      // What comes twice comes late: a moment in which nothing more is on its way.
      await daemon.untilStatus('is at rest', (s) => s.activeTurns === 0 && s.queued === 0);
      const verdicts = await look();
      return Object.fromEntries([...places.keys()].map((name, i) => [name, verdicts[i]]));
    },
  } as Town;
}

/** Every account receives. */
export function receives(daemon: Daemon) {
  return daemon.untilStatus(
    'receives',
    (s) => s.ready && s.platforms.every((p) => p.state === 'live'),
    60_000,
  );
}

function place(
  name: PlaceName,
  chats: readonly string[],
  parts: {
    write(person: number, text: string): Promise<unknown>;
    ledger(): Promise<Ledger>;
    arm(fault: Fault): Promise<void> | void;
    sends: string;
    edits: string;
  },
): Place {
  const asked: Asked[] = [];
  const { ledger } = parts;
  return {
    name,
    asked,
    say: async (person, words = '/say') => {
      const mark = `mark-${asked.length}.`;
      asked.push({ chat: chats[person] as string, mark });
      await parts.write(person, `${words} ${mark}`);
      return mark;
    },
    seen: async (person) =>
      (await ledger()).delivered.filter((d) => d.chat === chats[person]).map((d) => d.text),
    ledger,
    verdict: async () => judge(asked, await ledger(), NOTICES),
    holdSend: async (match) => parts.arm({ method: parts.sends, kind: 'hold', match }),
    holdEdit: async (match) => parts.arm({ method: parts.edits, kind: 'hold', match }),
  };
}

export function telegramPlace(fake: FakeTelegram): Place {
  return place('telegram', ['1', '2', '3'], {
    write: (person, text) => fake.say({ chat: person + 1, user: person + 1, text }),
    ledger: fake.ledger,
    arm: fake.arm,
    sends: 'sendMessage',
    edits: 'editMessageText',
  });
}

function discordPlace(fake: FakeDiscord): Place {
  const chats = ['601', '602', '603'];
  return place('discord', chats, {
    write: (person, text) =>
      fake.say({ channel: chats[person] as string, user: String(person + 1), text }),
    ledger: fake.ledger,
    arm: fake.arm,
    sends: 'POST messages',
    edits: 'PATCH message',
  });
}

/** Sends as a careful caller does: the same id again until it is taken. */
function webhookPlace(hook: Receiver, daemon: Daemon): Place {
  let sent = 0;
  return place('webhook', ['a', 'b', 'c'], {
    write: (person, text) => {
      const body = JSON.stringify({ id: `id-${sent++}`, chat: 'abc'[person], text });
      return eventually(
        'the webhook takes it',
        async () => {
          const at = Math.floor(Date.now() / 1000);
          const response = await fetch(`http://127.0.0.1:${daemon.port}/webhooks/hook`, {
            method: 'POST',
            body,
            headers: { 'sluice-timestamp': String(at), 'sluice-signature': sign(SECRET, at, body) },
            signal: AbortSignal.timeout(5_000),
          }).catch(() => undefined);
          await response?.text();
          return response?.ok === true;
        },
        60_000,
      );
    },
    ledger: async () => hook.ledger,
    arm: (fault) => hook.arm(fault),
    sends: 'POST',
    edits: 'none',
  });
}
