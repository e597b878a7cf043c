import { fileURLToPath } from 'node:url';
import { type FakeProcess, spawnFake } from '../tests/fakes/shared/spawn.ts';
import type { Kept, Said } from '../tests/fakes/telegram/types.ts';
import { withDaemon } from './daemon.ts';
import { at, table } from './table.ts';

const TOKEN = '4242:telegram-token-of-a-test';
const FAKE = fileURLToPath(new URL('../tests/fakes/telegram/main.ts', import.meta.url));
const CHATS = Number(process.env.BENCH_CHATS ?? 500);
/** The fake keeps lower numbers for itself. */
const FIRST = 1001;
const PER_SECOND = Number(process.env.BENCH_RATE ?? 10);
/** The short form; the whole is BENCH_SECONDS=600. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);

/** Milliseconds from a person's message to its reply, both seen at the platform. */
type Times = number[];

const say = (fake: FakeProcess, chat: number, text: string) =>
  fake.control('say', { chat, user: chat, text } satisfies Said);

async function replies(fake: FakeProcess, mark: string): Promise<Times> {
  const { messages } = await fake.control<{ messages: Kept[] }>('state');
  const asked = new Map<string, number>();
  const times: Times = [];
  for (const { bot, text, at: when } of messages) {
    const word = new RegExp(`${mark}-\\d+\\.`).exec(text)?.[0];
    if (word === undefined) continue;
    if (!bot) asked.set(word, when);
    else if (asked.has(word)) times.push(when - (asked.get(word) as number));
  }
  return times;
}

/** People of many chats write at a steady pace, whatever becomes of it. */
async function traffic(fake: FakeProcess, mark: string, messages: number, perSecond: number) {
  const start = performance.now();
  for (let i = 0; i < messages; i++) {
    const due = start + (i * 1000) / perSecond;
    await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())));
    // 7919 is prime: the chats come in no order.
    await say(fake, FIRST + ((i * 7919) % CHATS), `/say ${mark}-${i}.`);
  }
  for (let tries = 0; tries < 240; tries++) {
    const times = await replies(fake, mark);
    if (times.length >= messages) return times;
    // Looking costs the fake time; it is done rarely.
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error(
    `not everything was answered: ${(await replies(fake, mark)).length} of ${messages}`,
  );
}

/** What the platform itself takes: a bot of ten lines that polls and repeats, keeping nothing. */
async function echo(fake: FakeProcess, signal: AbortSignal): Promise<void> {
  const call = async (method: string, body: object) => {
    const response = await fetch(`${fake.url}/bot${TOKEN}/${method}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal,
    });
    return ((await response.json()) as { result: unknown }).result;
  };
  let offset = 0;
  while (!signal.aborted) {
    const updates = (await call('getUpdates', { offset, timeout: 5 }).catch(() => [])) as {
      update_id: number;
      message: { text: string; chat: { id: number } };
    }[];
    for (const { update_id, message } of updates) {
      offset = update_id + 1;
      const text = message.text.replace('/say ', '');
      call('sendMessage', { chat_id: message.chat.id, text }).catch(() => {});
    }
  }
}

async function withFakes<T>(count: number, run: (fakes: FakeProcess[]) => Promise<T>): Promise<T> {
  const fakes = await Promise.all(Array.from({ length: count }, () => spawnFake(FAKE)));
  try {
    return await run(fakes);
  } finally {
    await Promise.all(fakes.map((fake) => fake.stop()));
  }
}

async function measureEcho(): Promise<Times> {
  return withFakes(1, async ([fake]) => {
    const ending = new AbortController();
    const bot = echo(fake as FakeProcess, ending.signal);
    await traffic(fake as FakeProcess, 'warm', CHATS, 100);
    const times = await traffic(fake as FakeProcess, 'mark', SECONDS * PER_SECOND, PER_SECOND);
    ending.abort();
    await bot;
    return times;
  });
}

/** The gateway with one bot; `down`: and with a second one whose platform takes requests and never answers. */
async function measureGateway(down: boolean): Promise<Times> {
  return withFakes(down ? 2 : 1, async ([fake, other]) => {
    const account = (name: string, { url }: FakeProcess) =>
      `    - { name: ${name}, token_env: BOT, api_root: '${url}', allowed: [${Array.from({ length: CHATS }, (_, i) => FIRST + i).join(', ')}] }\n`;
    const bots = [account('up', fake as FakeProcess), ...(other ? [account('down', other)] : [])];
    return withDaemon(
      async (daemon) => {
        const live = (name: string) =>
          daemon.untilStatus('receives', (s) =>
            s.platforms.some((p) => p.account === name && p.state === 'live'),
          );
        await live('up');
        if (other !== undefined) {
          await live('down');
          for (let n = 0; n < 50; n++) await say(other, FIRST + n, '/say into the void');
          await other.arm({ method: '*', kind: 'slow', ms: 600_000, times: 1_000_000 });
        }
        await traffic(fake as FakeProcess, 'warm', CHATS, 100);
        return traffic(fake as FakeProcess, 'mark', SECONDS * PER_SECOND, PER_SECOND);
      },
      { env: { BOT: TOKEN }, config: `platforms:\n  telegram:\n${bots.join('')}` },
    );
  });
}

/** A reply's way through the gateway, on a bot of many chats, beside a bot that does nothing else. */
export async function benchPlatforms(): Promise<void> {
  const floor = await measureEcho();
  const alone = await measureGateway(false);
  const beside = await measureGateway(true);
  const figures = (times: Times) =>
    `p50 ${at(times, 0.5).toFixed(1)} ms  p99 ${at(times, 0.99).toFixed(1)} ms`;
  const added = (times: Times) => (at(times, 0.99) - at(floor, 0.99)).toFixed(1);
  table(`platforms: ${CHATS} chats on one bot, ${PER_SECOND} messages a second for ${SECONDS} s`, [
    ['message to reply, bare echo bot', figures(floor), 'floor'],
    ['message to reply, gateway', figures(alone), ''],
    ['reply p99 added by the gateway', `${added(alone)} ms`, 'at most 50 ms'],
    ['message to reply, another platform down', figures(beside), ''],
    ['reply p99 added then', `${added(beside)} ms`, 'at most 50 ms'],
  ]);
}
