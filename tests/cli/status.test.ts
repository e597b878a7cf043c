import { describe, expect, it } from 'vitest';
import { writeStatus } from '../../gateway/observe/statusFile.ts';
import { FakeOperations, fakeStatus } from '../control/fakeOperations.ts';
import { serve } from '../control/serve.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { sluice, start } from './sluice.ts';

describe('sluice status', () => {
  it('says what the process says, for programs and for people', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    operations.current = fakeStatus({ activeTurns: 1, queued: 2 });
    await serve(home, operations);
    const json = await sluice(['status', '--json'], { home });
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject({
      state: 'running',
      instance: 'i-1',
      generation: 1,
      activeTurns: 1,
      queued: 2,
      platforms: [{ platform: 'web' }],
      freshness: 'live',
      source: 'socket',
    });
    const text = await sluice(['status'], { home });
    expect(text.code).toBe(0);
    expect(text.out).toContain('running, ready');
    expect(text.out).toContain('1 turn running, 2 messages waiting');
    expect(text.out).toContain('http://127.0.0.1:7290');
  });

  it('says where the supervisor’s own code is older than what is installed', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    operations.current = fakeStatus({ version: '0.2.0', supervisorVersion: '0.1.0' });
    await serve(home, operations);
    const { out } = await sluice(['status'], { home });
    expect(out).toMatch(/supervisor +version 0\.1\.0 still; `sluice restart --full`/);
  });

  it('R17 keeps what was asked for and what is apart', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    operations.current = fakeStatus({
      state: 'draining',
      desired: 'stopped',
      ready: false,
      reasons: ['draining'],
    });
    await serve(home, operations);
    const { out } = await sluice(['status'], { home });
    expect(out).toMatch(/state +draining, not ready: draining\nasked to be +stopped/);
  });

  it('R17 answers for a gateway that was killed from its file: stale, and not running', async () => {
    const home = tempDir();
    writeStatus(
      home,
      fakeStatus({ state: 'draining', at: Date.now() - 3_600_000, activeTurns: 4 }),
    );
    const json = await sluice(['status', '--json'], { home });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      state: 'stopped',
      lastState: 'draining',
      freshness: 'stale',
      source: 'file',
      ready: false,
      activeTurns: 0,
      instance: 'i-1',
    });
    const text = await sluice(['status'], { home });
    expect(text.out).toContain('Its last word, 1 h old: draining.');
  });

  it('R17 a file that still beats is stale once its process is gone', async () => {
    const home = tempDir();
    // Above the largest process id that Linux gives out.
    writeStatus(home, fakeStatus({ at: Date.now(), pid: 2 ** 22 + 1 }));
    const json = await sluice(['status', '--json'], { home });
    expect(JSON.parse(json.out)).toMatchObject({ state: 'stopped', freshness: 'stale' });
  });

  it('R17 says stopped where it was stopped, and unknown where nothing is known', async () => {
    const [stopped, empty] = [tempDir(), tempDir()];
    writeStatus(stopped, fakeStatus({ state: 'stopped', at: Date.now() - 60_000 }));
    expect((await sluice(['status'], { home: stopped })).out).toMatch(
      /was stopped 1 min( \d+ s)? ago/,
    );
    const json = await sluice(['status', '--json'], { home: empty });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      state: 'stopped',
      instance: null,
      generation: null,
      activeTurns: 0,
      queued: 0,
      platforms: [],
      freshness: 'unknown',
    });
  });

  it('--watch prints each change until Ctrl-C', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    const { emit } = await serve(home, operations);
    const watching = start(['status', '--watch'], { home });
    await eventually('the first', () => watching.out().includes('0 messages waiting'), 20_000);
    operations.current = fakeStatus({ queued: 5 });
    emit({ type: 'status' });
    await eventually('the change', () => watching.out().includes('5 messages waiting'), 20_000);
    watching.child.kill('SIGINT');
    expect((await watching.ended).code).toBe(0);
  });
});
