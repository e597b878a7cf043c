import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Status } from '../../gateway/core/status.ts';
import {
  readStatus,
  StatusWriter,
  statusPath,
  writeStatus,
} from '../../gateway/observe/statusFile.ts';
import { fakeStatus } from '../control/fakeOperations.ts';
import { ManualClock } from '../harness/clock.ts';
import { tempDir } from '../harness/temp.ts';

function setUp() {
  const home = tempDir();
  const clock = new ManualClock();
  let status: Status = fakeStatus();
  const errors: Error[] = [];
  const writer = new StatusWriter({
    home,
    clock,
    status: () => status,
    onError: (error) => errors.push(error),
  });
  const onDisk = () => JSON.parse(readFileSync(statusPath(home), 'utf8')) as Status;
  /** Lets time pass in small steps and counts writes: each carries its own time. */
  const writesWithin = async (ms: number) => {
    const times = new Set<number>();
    const before = onDisk().at;
    for (let passed = 0; passed < ms; passed += 50) {
      await clock.advance(50);
      if (onDisk().at !== before) times.add(onDisk().at);
    }
    return times.size;
  };
  const set = (over: Partial<Status>) => {
    status = { ...status, ...over };
  };
  return { home, clock, writer, onDisk, writesWithin, set, errors };
}

describe('the status file', () => {
  it('is whole, private, and leaves nothing beside it', () => {
    const { home, writer, onDisk } = setUp();
    writer.start();
    expect(onDisk()).toMatchObject({ state: 'running', instance: 'i-1' });
    expect(statSync(statusPath(home)).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual(['status.json']);
  });

  it('is written at most once a second, however much changes, and the last change is there', async () => {
    const { clock, writer, onDisk, set } = setUp();
    writer.start();
    const first = onDisk().at;
    const times = new Set<number>();
    for (let n = 1; n <= 300; n++) {
      set({ queued: n });
      writer.changed();
      await clock.advance(10);
      times.add(onDisk().at);
    }
    times.delete(first);
    expect(times.size).toBe(3);
    await clock.advance(1_000);
    expect(onDisk().queued).toBe(300);
  });

  it('shows a change at once after a quiet second', async () => {
    const { clock, writer, onDisk, set } = setUp();
    writer.start();
    await clock.advance(2_000);
    set({ queued: 7 });
    writer.changed();
    await clock.advance(0);
    expect(onDisk().queued).toBe(7);
  });

  it('R17 beats each second while draining and each five otherwise', async () => {
    const { writer, writesWithin, set } = setUp();
    writer.start();
    expect(await writesWithin(20_000)).toBe(4);
    set({ state: 'draining' });
    writer.changed();
    await writesWithin(1_000);
    expect(await writesWithin(10_000)).toBe(10);
  });

  it('R17 ends with one final word, whatever happens afterwards', async () => {
    const { clock, writer, onDisk, set } = setUp();
    writer.start();
    set({ state: 'draining', desired: 'stopped', activeTurns: 2 });
    writer.changed();
    writer.stop();
    expect(onDisk()).toMatchObject({
      state: 'stopped',
      desired: 'stopped',
      ready: false,
      activeTurns: 0,
    });
    const { at } = onDisk();
    set({ state: 'running' });
    writer.changed();
    writer.stop();
    await clock.advance(60_000);
    expect(onDisk()).toMatchObject({ state: 'stopped', at });
  });

  it('is left to the successor after a hand-over', async () => {
    const { home, clock, writer, onDisk } = setUp();
    writer.start();
    writer.cease();
    writeStatus(home, fakeStatus({ instance: 'i-2' }));
    writer.changed();
    writer.stop();
    await clock.advance(60_000);
    expect(onDisk()).toMatchObject({ instance: 'i-2', state: 'running' });
  });

  it('that cannot be written is said once, and written again when it can be', async () => {
    const { home, clock, writer, onDisk, errors } = setUp();
    writer.start();
    rmSync(home, { recursive: true });
    await clock.advance(30_000);
    expect(errors).toHaveLength(1);
    mkdirSync(home);
    await clock.advance(5_000);
    expect(existsSync(statusPath(home))).toBe(true);
    expect(onDisk().state).toBe('running');
  });
});

describe('a reader of the status file', () => {
  const at = 1_700_000_000_000;
  const reading = (over: Partial<Status>, now: number) => {
    const home = tempDir();
    writeStatus(home, fakeStatus({ at, ...over }));
    return readStatus(home, now);
  };

  it('R17 takes it for live while it beats and for stale after three missed beats', () => {
    expect(reading({ state: 'running' }, at + 15_000).freshness).toBe('live');
    expect(reading({ state: 'running' }, at + 15_001).freshness).toBe('stale');
    expect(reading({ state: 'draining' }, at + 3_000).freshness).toBe('live');
    expect(reading({ state: 'draining' }, at + 3_001).freshness).toBe('stale');
  });

  it('R17 does not take a last word of draining for a gateway that drains', () => {
    const found = reading({ state: 'draining', desired: 'restarted' }, at + 3_600_000);
    expect(found).toMatchObject({ freshness: 'stale', ageMs: 3_600_000 });
  });

  it('R17 keeps what was asked for and what is apart', () => {
    expect(reading({ state: 'running', desired: 'stopped' }, at)).toMatchObject({
      freshness: 'live',
      status: { state: 'running', desired: 'stopped' },
    });
  });

  it('R17 takes a stop for a last word that stays true', () => {
    expect(reading({ state: 'stopped' }, at + 1e9).freshness).toBe('live');
  });

  it('takes a file of the future for stale: the clock was set back', () => {
    expect(reading({ state: 'running' }, at - 60_000).freshness).toBe('stale');
  });

  it('R17 knows nothing where there is nothing, or nothing readable', () => {
    const home = tempDir();
    expect(readStatus(home, at)).toEqual({ freshness: 'unknown' });
    for (const text of ['', '{"state":', 'null', '[]', '{"at":"x"}']) {
      writeFileSync(statusPath(home), text);
      expect(readStatus(home, at), text).toEqual({ freshness: 'unknown' });
    }
  });
});
