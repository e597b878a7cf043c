import { describe, expect, it, onTestFinished } from 'vitest';
import { CRASH_POINTS, type CrashPoint } from '../../gateway/core/crashPoint.ts';
import { LEAVING, STARTING } from '../harness/crashes.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import {
  openTown,
  PLACES,
  type Place,
  type PlaceName,
  receives,
  SPOTLESS,
} from '../platforms/town.ts';

// Every point at which a gateway can be killed, on each platform alone, at several of its passings; and
// each class of send that was cut off, under both settings of `outbox.ambiguous`. SOAK_PASSINGS says at
// how many passings, SOAK_PLATFORMS and SOAK_POINTS which (comma-separated).

const listed = <T extends string>(name: string, all: readonly T[]): readonly T[] => {
  const wanted = process.env[name]?.split(',');
  return wanted === undefined ? all : all.filter((one) => wanted.includes(one));
};
const PASSINGS = Number(process.env.SOAK_PASSINGS ?? 3);
/** It dies of what is passed on the way up in its second generation, which takes over from a kill. */
const starting = (point: CrashPoint) => STARTING.some((one) => one === point);
const leaving = (point: CrashPoint) => LEAVING.some((one) => one === point);
/** Plain Telegram sends are blind: what was being sent, of each chat at most one, may show twice, marked. */
const MAY_DOUBLE: Record<PlaceName, number> = { telegram: 3, discord: 0, webhook: 0 };
const PEOPLE = [0, 1, 2] as const;

const undo = (close: () => unknown) => onTestFinished(async () => void (await close()));
const cases = listed('SOAK_PLATFORMS', PLACES).flatMap((name) =>
  listed('SOAK_POINTS', CRASH_POINTS).flatMap((point) => {
    const once = starting(point) || leaving(point);
    return Array.from({ length: once ? 1 : PASSINGS }, (_, i) => [name, point, i + 1] as const);
  }),
);

describe('R01 R02 R05 R26 kill -9', () => {
  it.each(cases)('%s at %s, passing %i: nothing lost or out of order', async (name, point, nth) => {
    const generation = starting(point) ? 2 : 1;
    const town = await openTown({
      dir: tempDir(),
      undo,
      names: [name],
      env: { SLUICE_CRASH_AT: `${point}:${nth}@${generation}` },
    });
    const place = town.places.get(name) as Place;
    const talk = (async () => {
      for (let i = 0; i < 12; i++) await place.say(PEOPLE[i % 3] as 0);
    })();
    if (generation === 2) await town.daemon.killGeneration();
    if (leaving(point)) await town.daemon.client.restart({ by: 'test' });
    await talk;
    await town.daemon.untilStatus('was killed', (s) => s.generation > generation, 60_000);
    await receives(town.daemon);
    const verdict = (await town.answered())[name];
    const { duplicated = 0, marked = 0, ...rest } = verdict ?? {};
    const story = JSON.stringify((await place.ledger()).delivered);
    expect(rest, story).toEqual({ lost: 0, reordered: 0, unexpected: 0, unknown: 0 });
    expect(duplicated).toBeLessThanOrEqual(MAY_DOUBLE[name]);
    expect(marked).toBeGreaterThanOrEqual(duplicated);
  });
});

describe('a send that was cut off after it took effect', () => {
  /** Says one thing whose send is never answered, kills the gateway, and returns the judge's word. */
  async function cutOff(name: PlaceName, ambiguous: 'resend-marked' | 'hold', idempotent: boolean) {
    const town = await openTown({
      dir: tempDir(),
      undo,
      names: [name],
      config: `outbox: { ambiguous: ${ambiguous} }`,
      idempotent,
    });
    const place = town.places.get(name) as Place;
    await place.holdSend('mark-0.');
    await place.say(0);
    await eventually('it shows', async () => (await place.verdict()).lost === 0);
    await town.daemon.killGeneration();
    await receives(town.daemon);
    await place.say(0);
    return { verdict: (await town.answered())[name], town };
  }

  it.each([
    ['discord', 'key on send', true],
    ['webhook', 'key on send', true],
  ] as const)('R05 %s (%s): shows once', async (name, _class, idempotent) => {
    expect((await cutOff(name, 'resend-marked', idempotent)).verdict).toEqual(SPOTLESS);
  });

  it.each([
    ['telegram', true],
    ['webhook', false],
  ] as const)('R05 %s (blind): once more and marked, or held for a person', async (name, keyed) => {
    const { verdict } = await cutOff(name, 'resend-marked', keyed);
    expect(verdict).toEqual({ ...SPOTLESS, duplicated: 1, marked: 1 });
    const held = await cutOff(name, 'hold', keyed);
    expect(held.verdict).toEqual(SPOTLESS);
    const letters = await held.town.daemon.client.deadLetters();
    expect(letters).toMatchObject([{ what: 'outbound', text: 'mark-0.' }]);
  });
});

describe('hand-overs in a row with traffic', () => {
  it('R02 R18 R24 ten of them lose, double and reorder nothing on any platform', async () => {
    const town = await openTown({ dir: tempDir(), undo });
    let talking = true;
    const talk = Promise.all(
      [...town.places.values()].map(async (place) => {
        for (let i = 0; talking; i++) {
          await place.say(PEOPLE[i % 3] as 0);
          await new Promise((done) => setTimeout(done, 100));
        }
      }),
    );
    for (let round = 2; round <= 11; round++) {
      await town.daemon.client.restart({ by: 'test' });
      await town.daemon.untilStatus('is another', (s) => s.generation === round, 60_000);
      await receives(town.daemon);
    }
    talking = false;
    await talk;
    const verdicts = await town.answered();
    for (const name of PLACES) expect(verdicts[name], name).toEqual(SPOTLESS);
    expect((await town.discord?.state())?.identifies).toBe(1);
  });
});
