import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Attachments } from '../../gateway/attachments/attachments.ts';
import { attachmentsOptions } from '../../gateway/attachments/options.ts';
import type { Settings } from '../../gateway/core/settings.ts';
import { journalPairings } from '../../gateway/people/journalStore.ts';
import { People } from '../../gateway/people/people.ts';
import type { Platform } from '../../gateway/platforms/platform.ts';
import type { Authorise } from '../../gateway/platforms/shared/deps.ts';
import { fakeDiscord } from '../fakes/discord/fake.ts';
import type { Fault } from '../fakes/shared/faults.ts';
import type { Ledger } from '../fakes/shared/judge.ts';
import { fakeTelegram } from '../fakes/telegram/fake.ts';
import { eventually } from '../harness/eventually.ts';
import { startGateway } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';
import { discord } from './discord/bot.ts';
import { silentLog } from './fakeHost.ts';
import { telegram } from './telegram/bot.ts';

/** The owner, somebody whom the configuration allows, and a stranger. */
export const OWNER = 11;
export const GUEST = 12;
export const STRANGER = 13;
const RULES = { owners: [OWNER], allowed: [GUEST], pairing: true };

export interface Said {
  readonly text?: string;
  readonly photo?: string;
  readonly album?: string;
}

/** A fake platform as people see it: each writes to the bot in a direct chat of their own. */
export interface Theatre {
  readonly url: string;
  readonly name: 'telegram' | 'discord';
  chatOf(person: number): string;
  say(person: number, said: Said): Promise<unknown>;
  /** What the bot says in a person's chat, as it is seen now. */
  seen(person: number): Promise<string[]>;
  ledger(): Promise<Ledger>;
  arm(fault: Fault): Promise<void>;
  /** What a plain send is called in a fault. */
  readonly sends: string;
  adapter(authorise: Authorise): Platform;
}

async function telegramTheatre(): Promise<Theatre> {
  const fake = await fakeTelegram();
  return {
    url: fake.url,
    name: 'telegram',
    sends: 'sendMessage',
    chatOf: String,
    say: (person, { photo, ...said }) =>
      fake.say({ chat: person, user: person, ...said, ...(photo === undefined ? {} : { photo }) }),
    seen: (person) => fake.seen(person),
    ledger: fake.ledger,
    arm: fake.arm,
    adapter: (authorise) => telegram(fake.url, { authorise }),
  };
}

async function discordTheatre(): Promise<Theatre> {
  const fake = await fakeDiscord();
  const chatOf = (person: number) => String(590 + person);
  return {
    url: fake.url,
    name: 'discord',
    sends: 'POST messages',
    chatOf,
    say: (person, { text, photo }) =>
      fake.say({
        channel: chatOf(person),
        user: String(person),
        ...(text === undefined ? {} : { text }),
        ...(photo === undefined ? {} : { file: `${photo}.png` }),
      }),
    seen: (person) => fake.seen(chatOf(person)),
    ledger: fake.ledger,
    arm: fake.arm,
    adapter: (authorise) => discord(fake.url, { authorise }),
  };
}

export const THEATRES = { telegram: telegramTheatre, discord: discordTheatre } as const;

/** A whole gateway in this process, in front of a fake platform in another. */
export async function onStage(
  theatre: Theatre,
  options: {
    agent?: 'demo' | 'hand';
    settings?: Partial<Settings>;
    /** Wraps the adapter, to plant a bug in it. */
    wrap?: (adapter: Platform) => Platform;
  } = {},
) {
  const { wrap = (adapter) => adapter, ...rest } = options;
  let adapter: Platform | undefined;
  const dir = tempDir();
  const made = await startGateway({
    dir,
    ...rest,
    parts: (journal) => {
      const people = new People({
        store: journalPairings(journal, Date.now),
        now: Date.now,
        randomBytes,
      });
      adapter = wrap(theatre.adapter(people.authorise(RULES)));
      const attachments = new Attachments(attachmentsOptions.parse({}), {
        dir: join(dir, 'files'),
        platformOf: () => adapter,
        log: silentLog,
        now: Date.now,
      });
      return { platforms: [adapter], people, attachments };
    },
  });
  const readFile = async (ref: string) => {
    const { AttachmentStore } = await import('../../gateway/attachments/store.ts');
    return Buffer.from(await new AttachmentStore(join(dir, 'files')).read(ref)).toString();
  };
  await eventually('it is live', () => adapter?.liveness().state === 'live');
  return { ...made, adapter: adapter as Platform, readFile };
}
