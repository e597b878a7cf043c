import { existsSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { StatusKeeper } from '../../gateway/instance/statusKeeper.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import { statusPath } from '../../gateway/observe/statusFile.ts';
import { ManualClock } from '../harness/clock.ts';
import { eventually } from '../harness/eventually.ts';
import { LedgerPlatform, silent, startGateway, type TestGateway } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';

async function successorOf(first: TestGateway, platform: LedgerPlatform, dir: string) {
  const { instance } = await first.gateway.status();
  const receiving = Promise.withResolvers<void>();
  const next = startGateway({
    dir,
    platform,
    generation: 2,
    alive: [instance],
    receiving: async () => receiving.resolve(),
  });
  await receiving.promise;
  return { next };
}

function leave(g: TestGateway): Promise<void> {
  return g.gateway.leave({ ending: { why: 'handed-over' }, timeout: 60_000, force: false });
}

it('shared input is open in the successor before its predecessor closes it', async () => {
  const dir = tempDir();
  const [before, after] = [new LedgerPlatform(), new LedgerPlatform()];
  const first = await startGateway({ dir, platform: before });
  await successorOf(first, after, dir);
  expect(after.input).toEqual(['start']);
  expect(before.input).toEqual(['start']);
  await leave(first);
  expect(before.input).toEqual(['start', 'stop']);
});

it.each(['cursor', 'exclusive'] as const)(
  'R24 %s input has one owner: the successor opens it when its predecessor has closed it',
  async (takeOver) => {
    const dir = tempDir();
    const [before, after] = [new LedgerPlatform(), new LedgerPlatform()];
    before.takeOver = after.takeOver = takeOver;
    const first = await startGateway({ dir, platform: before });
    // Its last place is committed in mid-stop, as a poller does.
    before.stopReceiving = async () => {
      await before.host?.setCursor(41);
      expect(after.input).toEqual([]);
      await before.host?.setCursor(42);
    };
    const { next } = await successorOf(first, after, dir);
    expect(after.input).toEqual([]);
    await leave(first);
    const second = await next;
    expect(after.input).toEqual(['start']);
    expect(await second.platform.host?.cursor()).toBe(42);
  },
);

it('R24 R27 an adapter that hangs while it stops does not keep its account from the successor', async () => {
  const dir = tempDir();
  const [before, after] = [new LedgerPlatform(), new LedgerPlatform()];
  before.takeOver = after.takeOver = 'cursor';
  const first = await startGateway({ dir, platform: before, settings: { stopStep: 40 } });
  before.stopReceiving = () => new Promise(() => {});
  const { next } = await successorOf(first, after, dir);
  await leave(first);
  await next;
  expect(after.input).toEqual(['start']);
});

it('R26 input of a dead instance is opened at once', async () => {
  const dir = tempDir();
  const [before, after] = [new LedgerPlatform(), new LedgerPlatform()];
  before.takeOver = after.takeOver = 'cursor';
  await startGateway({ dir, platform: before });
  await startGateway({ dir, platform: after, generation: 2 });
  expect(after.input).toEqual(['start']);
});

it('R17 a predecessor that finishes a turn says that the gateway is ready: its successor receives', async () => {
  const dir = tempDir();
  const first = await startGateway({ agent: 'hand', dir });
  void first.say('long');
  await eventually('it runs', () => first.hand.runs.length === 1);
  await successorOf(first, new LedgerPlatform(), dir);
  const left = leave(first);
  expect(await first.gateway.status()).toMatchObject({
    state: 'draining',
    desired: 'handed-over',
    ready: true,
    reasons: [],
  });
  first.hand.runs[0]?.say('done');
  await left;
});

it('takes up what died while it was about to serve', async () => {
  const dir = tempDir();
  const first = await startGateway({ agent: 'hand', dir });
  void first.say('one');
  await eventually('it runs', () => first.hand.runs.length === 1);
  const { instance } = await first.gateway.status();
  // It is told of the death in the middle of its start, after it took up what was dead by then.
  const next = await startGateway({
    agent: 'hand',
    dir,
    generation: 2,
    alive: [instance],
    receiving: (gateway) => gateway.adopt([]),
  });
  await eventually('the turn runs again', () => next.hand.runs.length === 1);
  expect(next.hand.runs[0]?.input).toMatchObject({ text: 'one', attempt: 2 });
});

it('R26 R28 a command that a predecessor had begun when it died is answered by its successor, at once', async () => {
  const dir = tempDir();
  const first = await startGateway({
    dir,
    settings: { stopStep: 50 },
    // It dies after it has committed the command and before it has committed the answer.
    parts: (journal) => ({
      journal: new Proxy(journal, {
        get: (target, name: keyof Journal) =>
          name === 'settle' ? () => new Promise(() => {}) : target[name],
      }),
    }),
  });
  const after = new LedgerPlatform();
  const { next } = await successorOf(first, after, dir);
  await first.say('/whoami');
  const second = await next;
  await second.gateway.adopt([]);
  await eventually('it is answered', () => after.texts().some((t) => t.startsWith('You are')));
});

it('R17 the status file is the successor’s from the moment it receives, however long the predecessor drains', async () => {
  const dir = tempDir();
  const clock = new ManualClock();
  const first = await startGateway({ agent: 'hand', dir, clock });
  const keeper = new StatusKeeper(first.gateway, await first.gateway.status(), {
    home: dir,
    clock,
    log: silent,
  });
  await first.say('long');
  await eventually('it runs', () => first.hand.runs.length === 1);
  let gone = false;
  void leave(first).then(() => {
    gone = true;
  });
  rmSync(statusPath(dir));
  for (let second = 0; second < 20; second++) await clock.advance(1_000);
  expect(existsSync(statusPath(dir))).toBe(false);
  keeper.stop(true);
  first.hand.runs[0]?.say('done');
  await eventually('it has left', async () => {
    await clock.advance(1_000);
    return gone;
  });
});
