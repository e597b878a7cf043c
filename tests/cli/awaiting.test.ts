import { describe, expect, it } from 'vitest';
import { awaitRestart, GatewayLeaves } from '../../gateway/cli/actions/awaitRestart.ts';
import { RequestError } from '../../gateway/core/exit.ts';
import type { Order } from '../../gateway/core/order.ts';
import { FakeOperations, fakeOrder, fakeStatus } from '../control/fakeOperations.ts';
import { serve } from '../control/serve.ts';
import { tempDir } from '../harness/temp.ts';
import { sluice } from './sluice.ts';

const SINCE = Date.now();

/** A gateway whose status shows these restarts, one after the other, the last one for good. */
async function gateway(...orders: (Partial<Order> | undefined)[]): Promise<string> {
  const home = tempDir();
  const operations = new FakeOperations();
  const ready = { instance: 'i-2', generation: 2 };
  operations.status = async () => {
    const order = orders.length > 1 ? orders.shift() : orders[0];
    const shown = order === undefined ? {} : { restart: fakeOrder({ createdAt: SINCE, ...order }) };
    return fakeStatus({ ...(order?.state === 'done' ? ready : {}), ...shown });
  };
  await serve(home, operations);
  return home;
}

const done = { state: 'done', successor: 'i-2', endedAt: SINCE + 500 } as const;
const refused = {
  state: 'refused',
  reason: 'sluice.yaml:3: no such key',
  endedAt: SINCE + 500,
} as const;
const wait = (home: string, timeoutMs = 20_000) => awaitRestart(home, { since: SINCE, timeoutMs });

describe('sluice restart --await', () => {
  it('R14 is done when the hand-over that a signal began is, and its instance is ready', async () => {
    const home = await gateway(undefined, { state: 'open' }, { state: 'open' }, done);
    expect(await wait(home)).toMatch(/^Restarted: instance i-2 \(generation 2\) is ready/);
  });

  it('R14 fails with the reason when that was refused', async () => {
    const failed = wait(await gateway({ state: 'open' }, refused));
    await expect(failed).rejects.toThrow(/the old instance goes on: .*no such key/);
    await expect(failed).rejects.toThrow(RequestError);
  });

  it('R14 does not take an earlier refusal for the answer', async () => {
    const earlier = { ...refused, endedAt: SINCE - 1_000 };
    const home = await gateway(earlier, earlier, { state: 'open' }, done);
    expect(await wait(home)).toContain('i-2');
  });

  it('R14 fails when it is not over in time, or nobody answers', async () => {
    await expect(wait(await gateway({ state: 'open' }), 300)).rejects.toThrow(/not over after/);
    await expect(wait(tempDir(), 300)).rejects.toThrow(/does not answer/);
    // Nothing is left of it: not worth the whole time.
    await expect(wait(tempDir())).rejects.toThrow(GatewayLeaves);
  });

  it('R14 fails at once where the gateway is about to stop; under systemd that is its own stop, and no failure', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    operations.current = fakeStatus({ state: 'draining', desired: 'stopped' });
    await serve(home, operations);
    const [person, systemd] = await Promise.all([
      sluice(['restart', '--await'], { home }),
      sluice(['restart', '--await'], { home, env: { NOTIFY_SOCKET: '/nowhere' } }),
    ]);
    expect(person).toMatchObject({ code: 1, err: expect.stringContaining('about to stop') });
    expect(systemd).toMatchObject({ code: 0, out: expect.stringContaining('about to stop') });
  });
});
