import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repeatedNotices } from '../fakes/shared/judge.ts';
import { eventually } from '../harness/eventually.ts';
import {
  openTown,
  PLACES,
  type Place,
  type PlaceName,
  receives,
  SPOTLESS,
  type Town,
} from './town.ts';

// One gateway with an account on every platform, as real processes, for all tests of this file: each
// goes on where the one before it ended. The full matrix, each platform and point alone, is in
// tests/soak/platforms.soak.ts.

const undo: (() => unknown)[] = [];
const PEOPLE = [0, 1, 2] as const;
let town: Town;
const at = (name: PlaceName) => town.places.get(name) as Place;
const everywhere = (run: (place: Place) => Promise<unknown>) =>
  Promise.all([...town.places.values()].map(run));
const generation = async () => (await town.daemon.status()).generation;

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-'));
  undo.push(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  town = await openTown({
    dir,
    undo: (close) => undo.push(close),
    // Generation 1 is handed over, 2 is killed by hand.
    env: { SLUICE_CRASH_AT: 'message-committed:5@3,turn-ended:5@4' },
  });
}, 90_000);
afterAll(async () => {
  for (const close of undo.reverse()) await close();
});

describe('the gateway on its platforms', () => {
  it.each(['telegram', 'discord'] as const)(
    'answers, streams and takes commands on %s',
    async (name) => {
      const place = at(name);
      await place.say(0);
      await place.say(1, '/busy 2');
      await eventually('it shows its step', async () => (await place.seen(1))[0]?.includes('⏳'));
      await eventually('it is one message in the end', async () => {
        const seen = await place.seen(1);
        return seen.length === 1 && seen[0]?.includes('Done.');
      });
      // The demo agent's /busy does not repeat words.
      place.asked.pop();
      if (name === 'telegram') await town.telegram?.say({ chat: 1, user: 1, text: '/whoami' });
      else await town.discord?.control('slash', { channel: '601', user: '1', name: 'whoami' });
      await eventually('the command', async () => (await place.seen(0))[1]?.includes('an owner'));
      expect((await place.ledger()).strange).toEqual([]);
    },
  );

  it('R02 R18 R24 hands over with messages in flight on Telegram, Discord and a webhook: nothing lost, doubled or out of order', async () => {
    let talking = true;
    const talk = everywhere(async (place) => {
      for (let i = 0; talking; i++) {
        await place.say(PEOPLE[i % 3] as 0);
        // Discord takes fifty requests a second.
        await new Promise((done) => setTimeout(done, 60));
      }
    });
    await town.daemon.client.restart({ by: 'test' });
    await town.daemon.untilStatus('is another', (s) => s.generation === 2 && s.ready, 60_000);
    await receives(town.daemon);
    talking = false;
    await talk;
    const verdicts = await town.answered();
    for (const name of PLACES) {
      // The answer to /whoami is the gateway's own word.
      const unexpected = name === 'webhook' ? 0 : 2;
      expect(verdicts[name], name).toEqual({ ...SPOTLESS, unexpected });
      expect(repeatedNotices(await at(name).ledger())).toEqual([]);
    }
    expect((await town.discord?.state())?.identifies).toBe(1);
  }, 120_000);

  it('R05 shows a reply once whose send was cut off by kill -9, where the platform lets us prove it; else at most twice, and marked', async () => {
    const marks = new Map<PlaceName, string>();
    await everywhere(async (place) => {
      const mark = `mark-${place.asked.length}.`;
      marks.set(place.name, mark);
      await place.holdSend(mark);
      await place.say(0);
    });
    const telegram = at('telegram');
    await telegram.holdEdit('1 2. Done.');
    await telegram.say(1, '/busy 2');
    telegram.asked.pop();
    const effects = (place: Place) => async () =>
      (await place.seen(0)).some((text) => text.includes(marks.get(place.name) as string));
    await everywhere((place) => eventually(`it shows on ${place.name}`, effects(place)));
    const done = async () => (await telegram.seen(1)).filter((text) => text.includes('Done.'));
    await eventually('the edit has taken effect', async () => (await done()).length === 2);
    await town.daemon.killGeneration();
    await receives(town.daemon);
    // Blind: Telegram's plain sends.
    const twice = async () =>
      (await telegram.seen(0)).filter((t) => t.includes(marks.get('telegram') as string));
    const [first, second] = await eventually('it is sent again', async () => {
      const texts = await twice();
      return texts.length > 1 && texts;
    });
    expect(first).not.toContain('may have seen this before');
    expect(second).toContain('may have seen this before');
    const verdicts = await town.answered();
    expect(verdicts.telegram).toMatchObject({ lost: 0, duplicated: 1, marked: 1, reordered: 0 });
    // Edits: Telegram, over its placeholder.
    expect(await done()).toHaveLength(2);
    // Key on send: Discord within minutes, a receiver that heeds the key.
    expect(verdicts.discord).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
    expect(verdicts.webhook).toEqual(SPOTLESS);
    expect((await town.discord?.state())?.resumes).toBeGreaterThan(0);
  }, 120_000);

  it('R01 R05 R26 survives a kill between commit and acknowledgement, and one between reply and send', async () => {
    const before = await at('telegram').verdict();
    for (let i = 0; i < 6; i++) await everywhere((place) => place.say(PEOPLE[i % 3] as 0));
    await town.daemon.untilStatus('was killed twice', (s) => s.generation === 5, 60_000);
    const verdicts = await town.answered();
    const { duplicated = 0, marked = 0, ...rest } = verdicts.telegram ?? {};
    expect(rest).toMatchObject({ lost: 0, reordered: 0, unknown: 0 });
    // What was being sent in those moments, of each chat at most one.
    expect(duplicated - before.duplicated).toBeLessThanOrEqual(2 * PEOPLE.length);
    expect(marked).toBeGreaterThanOrEqual(duplicated);
    expect(verdicts.discord).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unknown: 0 });
    expect(verdicts.webhook).toEqual(SPOTLESS);
  }, 120_000);

  it('R24 serves the others while one token is revoked, and says so', async () => {
    await town.telegram?.control('revoke', { revoked: true });
    const status = await town.daemon.untilStatus('says so', (s) =>
      s.platforms.some((p) => p.platform === 'telegram' && p.state === 'failed'),
    );
    expect(status.platforms.find((p) => p.platform === 'telegram')?.reason).toContain('BotFather');
    expect(status.ready).toBe(true);
    const others = [at('discord'), at('webhook')];
    await Promise.all(others.map((place) => place.say(2)));
    for (const place of others)
      await eventually(`${place.name} answers`, async () => (await place.verdict()).lost === 0);
    expect(await generation()).toBe(5);
  });
});
