import { expect, it } from 'vitest';
import { JournalUnavailable } from '../../gateway/core/exit.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import { eventually } from '../harness/eventually.ts';
import { LedgerPlatform, startGateway, type TestGateway } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';

/** Calls that only read, or only tell this process something: a full disk does not stop them. */
const READS = new Set(
  [
    'instances leaseHolder cursor message trace replyOf queued running sessions session transcript outbox counts',
    'deadLetters deadLetter orders onForeignCommit close',
  ].flatMap((line) => line.split(' ')),
);

/** A journal on a disk that is full from the `after`-th write on, until it has room again. */
function fullAfter(after: number) {
  const state = { writes: 0, full: true, met: false };
  const wrap = (journal: Journal) =>
    new Proxy(journal, {
      get(target, name: keyof Journal) {
        const call = target[name] as (...args: unknown[]) => unknown;
        if (READS.has(name)) return call;
        return (...args: unknown[]) => {
          if (!state.full || state.writes++ < after) return call(...args);
          state.met = true;
          return Promise.reject(new JournalUnavailable('the disk is full', { full: true }));
        };
      },
    });
  return { state, wrap };
}

const SETTINGS = { stopStep: 50, interruptGrace: 50, busyMode: 'queue' as const };

async function instanceOf(g: TestGateway): Promise<string> {
  return (await g.gateway.status()).instance;
}

it('a disk that is full at any step of a successor’s start leaves the predecessor serving, and costs no message', async () => {
  const dir = tempDir();
  const before = new LedgerPlatform();
  const first = await startGateway({ dir, platform: before, settings: SETTINGS });
  const alive = [await instanceOf(first)];
  let refusals = 0;
  let asked = 0;
  for (let step = 0; ; step++) {
    const disk = fullAfter(step);
    let received = false;
    const successor = startGateway({
      dir,
      alive,
      generation: 2 + step,
      settings: SETTINGS,
      parts: (journal) => ({ journal: disk.wrap(journal) }),
      receiving: async () => {
        received = true;
        // From here on it is the serving one; what its disk does then is every gateway's daily risk.
        disk.state.full = false;
      },
    });
    const end = await successor.catch((error: Error) => error);
    expect(await first.ask(`/say ${++asked}`)).toMatchObject({ outcome: 'answered' });
    if (!disk.state.met) break;
    // It either fails before it receives, so that it is refused, or a full disk could not stop it.
    if (end instanceof Error) {
      expect(received, `step ${step}: ${end.message}`).toBe(false);
      refusals++;
    } else await end.gateway.stop(true);
  }
  expect(refusals).toBeGreaterThan(2);
  await eventually('everything is told', () => before.texts().length === asked);
  expect(new Set(before.texts()).size).toBe(asked);
});

it('R27 a disk that is full at any step of a predecessor’s leaving keeps it from nothing, and costs no reply', async () => {
  for (let step = 0; step < 12; step++) {
    const dir = tempDir();
    const [before, after] = [new LedgerPlatform(), new LedgerPlatform()];
    const disk = fullAfter(step);
    disk.state.full = false;
    const first = await startGateway({
      agent: 'hand',
      dir,
      platform: before,
      settings: SETTINGS,
      parts: (journal) => ({ journal: disk.wrap(journal) }),
    });
    await first.say('one');
    await eventually('it runs', () => first.hand.runs.length === 1);
    const next = await startGateway({
      dir,
      platform: after,
      alive: [await instanceOf(first)],
      generation: 2,
      settings: SETTINGS,
    });
    disk.state.full = true;
    disk.state.writes = 0;
    const left = first.gateway.leave({
      ending: { why: 'handed-over' },
      timeout: 60_000,
      force: false,
    });
    first.hand.runs[0]?.say('the reply');
    await left;
    const { met } = disk.state;
    // Its process ends, and the supervisor says so.
    await next.gateway.adopt([]);
    await eventually(`step ${step}: it is answered`, () => replies(before, after).length > 0);
    expect(replies(before, after), `step ${step}`).toHaveLength(1);
    if (!met) break;
    expect(step, 'there is no end to it').toBeLessThan(11);
  }
}, 60_000);

/**
 * What the person sees. The platform knows a key when it comes again: a send whose end could not be written is
 * repeated under its own by the successor, and shows once.
 */
function replies(...platforms: LedgerPlatform[]): string[] {
  const sent = platforms.flatMap((p) => p.sent.filter((row) => row.kind === 'reply'));
  return [...new Map(sent.map((row) => [row.id, row.text])).values()];
}
