import { expect } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { FLAWLESS } from '../harness/ledger.ts';
import { demand } from '../harness/needs.ts';
import { type Fleet, type FleetOptions, type Member, openFleet } from './fleet.ts';

/** So many more messages are answered before a fault, and after it. */
const SOME = 40;

/**
 * People write without a pause, over HTTP through the balancer and on Telegram, while `fault` happens and is mended.
 * The other side's ledgers judge.
 */
export async function survives(
  fault: (fleet: Fleet & { east: Member; west: Member }) => Promise<void>,
  options: FleetOptions & { readonly file: string },
): Promise<Fleet> {
  demand('fleet', options.file);
  const fleet = await openFleet(options);
  const [east, west] = fleet.members as [Member, Member];
  let talking = true;
  const talk = (async () => {
    for (let i = 0; talking; i++) {
      await fleet.place.say((i % 3) as 0);
      await new Promise((done) => setTimeout(done, 200));
    }
  })();
  try {
    await fleet.load.more(SOME);
    await fault({ ...fleet, east, west });
    await fleet.load.more(SOME, 60_000);
  } finally {
    talking = false;
    await talk;
  }
  const { sent, ...verdict } = await fleet.load.verdict();
  expect(verdict).toEqual(FLAWLESS);
  expect(sent).toBeGreaterThan(2 * SOME);
  await eventually(
    'everything on Telegram is answered',
    async () => (await fleet.place.verdict()).lost === 0,
    30_000,
  );
  const story = JSON.stringify(await fleet.place.ledger());
  const { duplicated, marked, ...told } = await fleet.place.verdict();
  expect(told, story).toEqual({ lost: 0, reordered: 0, unexpected: 0, unknown: 0 });
  // A Telegram send that was cut off is blind: what may show twice is marked.
  expect(duplicated, story).toBeLessThanOrEqual(marked);
  return fleet;
}
