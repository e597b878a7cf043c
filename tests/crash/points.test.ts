import { describe, expect, it } from 'vitest';
import type { CrashPoint } from '../../gateway/lifecycle/crashPoint.ts';
import { startDaemon } from '../harness/daemon.ts';
import { FLAWLESS, Ledger } from '../harness/ledger.ts';
import { smallLoad } from '../harness/load.ts';

/** A bound for the passings that are tried; four messages pass each point about four times. */
const MOST = 8;

/** Passed while messages are answered. */
const UNDER_LOAD = [
  'message-arrived',
  'message-committed',
  'turn-started',
  'turn-run',
  'turn-ended',
  'before-send',
  'after-send',
  'send-recorded',
] satisfies CrashPoint[];

/** Passed by a generation on its way up. */
const STARTING = ['instance-joined', 'work-adopted', 'serving'] satisfies CrashPoint[];

/** Passed by a generation that leaves. */
const LEAVING = [
  'drain-begun',
  'input-handed-over',
  'sending-handed-over',
  'before-leave',
] satisfies CrashPoint[];

function crashing(point: CrashPoint, nth: number, generation: number) {
  return {
    SLUICE_BUSY_INPUT_MODE: 'queue',
    SLUICE_CRASH_AT: `${point}:${nth}`,
    SLUICE_CRASH_GENERATION: String(generation),
  };
}

describe.each(UNDER_LOAD)('killed at %s', (point) => {
  it('R01 R05 R06 loses nothing, answers nothing twice, keeps the order, at each passing', async () => {
    let reached = 0;
    for (let nth = 1; nth <= MOST; nth++) {
      const daemon = await startDaemon({ env: crashing(point, nth, 1) });
      const ledger = new Ledger(daemon);
      await smallLoad(ledger, 1);
      const verdict = await ledger.judge();
      ledger.close();
      expect(verdict, `${point}:${nth}`).toMatchObject({ sent: 4, ...FLAWLESS });
      const crashed = (await daemon.untilStatus('serves', (s) => s.ready)).generation > 1;
      await daemon.endAll();
      if (!crashed) break;
      reached = nth;
    }
    expect(reached, 'the point was never reached: this proves nothing').toBeGreaterThan(0);
  }, 120_000);
});

describe.each(STARTING)('a recovery killed at %s', (point) => {
  it('R26 is followed by another, which takes the work up', async () => {
    const daemon = await startDaemon({ env: crashing(point, 1, 2) });
    const ledger = new Ledger(daemon);
    const sending = ledger.terminal('chat', ['/busy 1', '/say', '/say']);
    await daemon.untilStatus('works', (s) => s.activeTurns === 1 && s.queued === 2);
    await daemon.killGeneration();
    await sending;
    expect(await ledger.judge()).toMatchObject({ sent: 3, ...FLAWLESS });
    const { generation } = await daemon.untilStatus('serves', (s) => s.ready);
    expect(generation).toBe(3);
  });
});

describe.each(STARTING)('a successor killed at %s', (point) => {
  it('R08 costs no message, and the restart has an end state', async () => {
    const daemon = await startDaemon({ env: crashing(point, 1, 2) });
    const ledger = new Ledger(daemon);
    const sending = ledger.terminal('chat', ['/busy 1', '/say', '/say']);
    await daemon.untilStatus('works', (s) => s.activeTurns === 1 && s.queued === 2);
    const { id } = await daemon.client.restart({ by: 'test' });
    await sending;
    expect(await ledger.judge()).toMatchObject({ sent: 3, ...FLAWLESS });
    const order = await daemon.until('ends the order', async () => {
      const found = await daemon.client.order(id).catch(() => undefined);
      return found !== undefined && found.state !== 'open' ? found : undefined;
    });
    expect(order.state).toBe(point === 'serving' ? 'done' : 'refused');
  });
});

describe.each(LEAVING)('a predecessor killed at %s', (point) => {
  it('R26 R27 leaves its turns to the successor', async () => {
    const daemon = await startDaemon({ env: crashing(point, 1, 1) });
    const ledger = new Ledger(daemon);
    const sending = Promise.all([
      ledger.terminal('chat', ['/busy 1', '/say', '/say']),
      smallLoad(ledger),
    ]);
    await daemon.untilStatus('works', (s) => s.activeTurns >= 1 && s.queued >= 2);
    await daemon.client.restart({ by: 'test' });
    await daemon.said(/generation 1 \(leaving\): was killed by SIGKILL/);
    await sending;
    expect(await ledger.judge()).toMatchObject({ sent: 11, ...FLAWLESS });
    ledger.close();
  });
});
