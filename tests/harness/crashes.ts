import type { CrashPoint } from '../../gateway/core/crashPoint.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { Ledger, type Verdict } from './ledger.ts';
import { smallLoad } from './load.ts';

/** Passed while messages are answered. */
export const UNDER_LOAD = [
  'message-arrived',
  'message-committed',
  'turn-started',
  'turn-run',
  'turn-ended',
  'before-send',
  'after-send',
  'send-recorded',
] as const satisfies CrashPoint[];

/** Passed by a generation on its way up. */
export const STARTING = [
  'instance-joined',
  'work-adopted',
  'input-open',
  'serving',
] as const satisfies CrashPoint[];

/** Passed by a generation that leaves. */
export const LEAVING = [
  'drain-begun',
  'input-handed-over',
  'sending-handed-over',
  'before-leave',
] as const satisfies CrashPoint[];

/** Rounds of load after which a point that nothing has reached is given up. */
const ROUNDS = 12;
const QUEUED = { SLUICE_BUSY_INPUT_MODE: 'queue' };

/**
 * Each generation of one gateway dies at the next point of the list (`POINT:NTH`), under load, until
 * the last point is passed and the next generation serves. At most four: after six deaths in five
 * minutes the supervisor waits for one.
 */
export async function crashOneAfterAnother(points: readonly string[]): Promise<Verdict> {
  const plan = points.map((point, i) => `${point}@${i + 1}`).join(',');
  const daemon = await startDaemon({ env: { ...QUEUED, SLUICE_CRASH_AT: plan } });
  const ledger = new Ledger(daemon);
  for (let round = 0; round < ROUNDS; round++) {
    await smallLoad(ledger, 1);
    const { generation } = await daemon.untilStatus('serves', (s) => s.ready, 30_000);
    if (generation > points.length) break;
  }
  const verdict = await ledger.judge();
  ledger.close();
  const { generation } = await daemon.status();
  if (generation !== points.length + 1)
    throw new Error(`${plan}: died ${generation - 1} times: this proves nothing`);
  await daemon.endAll();
  return verdict;
}

/**
 * One restart after the other of one gateway, each with a turn in flight, two messages behind it and
 * other load; `plan` is its `SLUICE_CRASH_AT`, `deaths` what it says of each death.
 */
export async function restartAndCrash(
  plan: string,
  deaths: readonly RegExp[],
): Promise<{ verdict: Verdict; orders: string[] }> {
  const daemon = await startDaemon({ env: { ...QUEUED, SLUICE_CRASH_AT: plan } });
  const ledger = new Ledger(daemon);
  const orders: string[] = [];
  for (const death of deaths) {
    const sending = Promise.all([
      ledger.terminal('chat', ['/busy 0.5', '/say', '/say']),
      smallLoad(ledger, 1),
    ]);
    await daemon.untilStatus('works', (s) => s.activeTurns >= 1);
    const { id } = await daemon.client.restart({ by: 'test' });
    await daemon.said(death);
    await sending;
    orders.push(await orderEnd(daemon, id));
    await daemon.untilStatus('is alone', (s) => s.ready && s.others.length === 0);
  }
  const verdict = await ledger.judge();
  ledger.close();
  await daemon.endAll();
  return { verdict, orders };
}

function orderEnd(daemon: Daemon, id: string): Promise<string> {
  return daemon.until('ends the order', async () => {
    const order = await daemon.client.order(id).catch(() => undefined);
    return order === undefined || order.state === 'open' ? undefined : order.state;
  });
}
