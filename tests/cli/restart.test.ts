import { describe, expect, it } from 'vitest';
import { FakeOperations, fakeOrder, fakeStatus } from '../control/fakeOperations.ts';
import { serve } from '../control/serve.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { sluice, start } from './sluice.ts';

describe('sluice restart', () => {
  it('R14 succeeds when an instance with another id answers ready, and not before', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    const restarting = start(['restart'], { home });
    await eventually('it was asked', () => operations.asked.length === 1, 20_000);
    // A new instance that is not ready proves nothing, nor does an old one that says so.
    operations.current = fakeStatus({ instance: 'i-2', ready: false, reasons: ['still starting'] });
    let ended = false;
    void restarting.ended.then(() => {
      ended = true;
    });
    const seen = await eventuallyAsked(operations, 3);
    expect(seen && ended).toBe(false);
    operations.current = fakeStatus({ instance: 'i-2', generation: 2 });
    const { code, out } = await restarting.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^Restarted in .*: instance i-2 \(generation 2\) is ready\.\n$/);
    expect(operations.asked).toEqual([['restart', { by: 'cli' }]]);
  });

  it('R14 follows the new instance through a time in which nobody answers', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    const first = await serve(home, operations);
    const restarting = start(['restart', '--full', '--force'], { home });
    await eventually('it was asked', () => operations.asked.length === 1, 20_000);
    await first.server.close();
    const next = new FakeOperations();
    next.current = fakeStatus({ instance: 'i-2' });
    await serve(home, next);
    expect((await restarting.ended).code).toBe(0);
    expect(operations.asked).toEqual([['restart', { by: 'cli', force: true, full: true }]]);
  });

  it('R14 fails with the reason where the old instance goes on', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    operations.onRestart = () => {
      const reason = 'sluice.yaml:3: no such key';
      operations.currentOrder = fakeOrder({ state: 'refused', reason });
    };
    await serve(home, operations);
    const { code, err } = await sluice(['restart'], { home });
    expect(code).toBe(1);
    expect(err).toContain('the old instance goes on');
    expect(err).toContain('no such key');
  });

  it('R14 fails where no new instance comes in time', async () => {
    const home = tempDir();
    await serve(home, new FakeOperations());
    const { code, err } = await sluice(['restart', '--timeout', '0.3'], { home });
    expect(code).toBe(1);
    expect(err).toContain('no new instance was ready');
  });

  it('R08 waits for nothing with --no-wait or --when-idle, and can be taken back', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    expect((await sluice(['restart', '--no-wait'], { home })).out).toMatch(
      /^Restart ordered: open/,
    );
    expect((await sluice(['restart', '--when-idle'], { home })).code).toBe(0);
    expect((await sluice(['restart', '--cancel'], { home })).out).toMatch(/taken back: cancelled/);
    expect(operations.asked).toEqual([
      ['restart', { by: 'cli' }],
      ['restart', { by: 'cli', whenIdle: true }],
      ['cancelRestart'],
    ]);
    operations.currentOrder = fakeOrder({ state: 'done' });
    const late = await sluice(['restart', '--cancel'], { home });
    expect(late).toMatchObject({ code: 1, err: 'sluice: there is no open restart\n' });
  });
});

/** Waits until the status was asked for some more times. */
async function eventuallyAsked(operations: FakeOperations, times: number): Promise<boolean> {
  let asked = 0;
  const status = operations.status.bind(operations);
  operations.status = async () => {
    asked++;
    return status();
  };
  return eventually('the status was asked for', () => asked >= times, 20_000);
}
