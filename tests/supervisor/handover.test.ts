import { expect, it } from 'vitest';
import { FakeGateway, fetchJson } from './fakeGateway.ts';

const SLOW = { '1': { leave: 'never' }, '2': { leave: 'never' } };

it('R08 hands over on SIGUSR1: the successor is ready before the predecessor is told to drain', async () => {
  const gateway = await new FakeGateway().serves(1);
  gateway.child.kill('SIGUSR1');
  await gateway.serves(2);
  expect((await gateway.told('born', { generation: 2 })).role).toBe('successor');
  await gateway.told('drain', { generation: 1 });
  expect((await gateway.told('handover-started', { generation: 1 })).by).toBe('signal');
  expect((await gateway.told('handover-result', { generation: 2 })).state).toBe('done');
  await gateway.gone(gateway.pidOf(1));
  expect((await gateway.ask()).generation).toBe(2);
  expect((await gateway.told('alive', { generation: 2 })).unexpected).toBe(false);
});

it.each([
  ['silent', 'timed-out', 'was not ready within 1500 ms'],
  ['hang', 'timed-out', 'was not ready within 1500 ms'],
  ['crash', 'refused', 'exited with 1'],
  ['config', 'refused', 'agent.tpye'],
])(
  'keeps the predecessor when the successor is not fit (%s), and says why',
  async (start, state, why) => {
    const readyMs = state === 'timed-out' ? 1_500 : 5_000;
    const gateway = await new FakeGateway({ '2': { start } }, { timeouts: { readyMs } }).serves(1);
    await gateway.ask('/restart?order=o1');
    const result = await gateway.told('handover-result', { generation: 1 });
    expect(result).toMatchObject({ order: 'o1', state });
    expect(result.reason).toContain(why);
    await gateway.gone(gateway.pidOf(2));
    expect((await gateway.ask()).generation).toBe(1);
    expect(gateway.ledger.some((e) => e.type === 'drain')).toBe(false);
    // And a later one, fixed, succeeds.
    gateway.plan({});
    gateway.child.kill('SIGUSR1');
    expect((await (await gateway.serves(3)).ask()).generation).toBe(3);
  },
);

it.each([
  ['silent', 'timed-out', 'took no connections within 300 ms'],
  ['crash', 'refused', 'exited with 1'],
])(
  'R08 a successor that is ready and then takes no connections (%s) costs nothing: the predecessor was never told to drain',
  async (open, state, why) => {
    const gateway = await new FakeGateway({ '2': { open } }, { timeouts: { openMs: 300 } }).serves(
      1,
    );
    await gateway.ask('/restart?order=o1');
    const result = await gateway.told('handover-result', { generation: 1 });
    expect(result).toMatchObject({ order: 'o1', state });
    expect(result.reason).toContain(why);
    // What the successor had accepted by then is the predecessor's again.
    await gateway.told('alive', { generation: 1, unexpected: true });
    await gateway.gone(gateway.pidOf(2));
    expect((await gateway.ask()).generation).toBe(1);
    expect(gateway.ledger.some((e) => e.type === 'drain')).toBe(false);
  },
);

it('hands over to an older version, which does not tell when it takes connections', async () => {
  const gateway = await new FakeGateway({ '2': { open: 'old' } }).serves(1);
  gateway.child.kill('SIGUSR1');
  await gateway.serves(2);
  await gateway.gone(gateway.pidOf(1));
  expect((await gateway.ask()).generation).toBe(2);
});

it('R08 is not taken back any more once the successor takes connections', async () => {
  const gateway = await new FakeGateway(
    { '2': { open: 'silent' } },
    { timeouts: { openMs: 500 } },
  ).serves(1);
  await gateway.ask('/restart?order=o1');
  await gateway.told('activate', { generation: 2 });
  await gateway.ask('/cancel?order=o1');
  await gateway.told('handover-result', { order: 'o1', state: 'timed-out' });
});

it('R08 lets a second request join the first, and starts one successor', async () => {
  const gateway = await new FakeGateway({ '2': { start: 'silent' } }).serves(1);
  await gateway.ask('/restart?order=o1');
  await gateway.told('born', { generation: 2 });
  await gateway.ask('/restart?order=o2');
  await gateway.ask('/restart?order=o1');
  await gateway.ask('/cancel?order=o2');
  await gateway.told('handover-result', { order: 'o1', state: 'cancelled' });
  await gateway.told('handover-result', { order: 'o2', state: 'cancelled', joined: 'o1' });
  expect(gateway.ledger.filter((e) => e.type === 'handover-result')).toHaveLength(2);
  expect(gateway.ledger.filter((e) => e.type === 'born')).toHaveLength(2);
  expect((await gateway.ask()).generation).toBe(1);
});

it('R29 keeps a hand-over that is asked for during the start-up', async () => {
  const gateway = new FakeGateway({ '1': { start: 'silent' } });
  await gateway.told('born', { generation: 1 });
  gateway.child.kill('SIGUSR1');
  await gateway.said('SIGUSR1: hand-over');
  process.kill(gateway.pidOf(1), 'SIGKILL');
  await gateway.serves(3);
  expect((await gateway.told('born', { generation: 2 })).role).toBe('first');
  expect((await gateway.told('born', { generation: 3 })).role).toBe('successor');
});

it('goes on with the successor when the predecessor is killed before it is ready', async () => {
  const gateway = await new FakeGateway({ '2': { start: 'silent' } }).serves(1);
  gateway.child.kill('SIGUSR1');
  await gateway.told('born', { generation: 2 });
  process.kill(gateway.pidOf(1), 'SIGKILL');
  await gateway.told('alive', { generation: 2, unexpected: true });
  process.kill(gateway.pidOf(2), 'SIGKILL');
  await gateway.serves(3);
  expect((await gateway.told('born', { generation: 3 })).role).toBe('recovery');
});

it('tells the successor at once when the predecessor is killed in its drain', async () => {
  const gateway = await new FakeGateway(SLOW).serves(1);
  gateway.child.kill('SIGUSR1');
  await gateway.told('drain', { generation: 1 });
  process.kill(gateway.pidOf(1), 'SIGKILL');
  const alive = await gateway.told('alive', { generation: 2, unexpected: true });
  expect(alive.instances).toHaveLength(1);
  expect((await gateway.ask()).generation).toBe(2);
});

it('recovers when the successor crashes right after the move, and names the drainer as alive', async () => {
  const gateway = await new FakeGateway(SLOW).serves(1);
  gateway.child.kill('SIGUSR1');
  await gateway.told('drain', { generation: 1 });
  process.kill(gateway.pidOf(2), 'SIGKILL');
  const born = await gateway.told('born', { generation: 3, role: 'recovery' });
  expect(born.alive).toEqual([`i1-${gateway.pidOf(1)}`]);
  await gateway.serves(3);
});

it('R27 ends a predecessor that never drains, at the deadline of its own configuration', async () => {
  const gateway = await new FakeGateway({
    '1': { leave: 'never', ready: { handoverTimeoutMs: 200 } },
    '2': { ready: { version: '1.1.0' } },
  }).serves(1);
  gateway.child.kill('SIGUSR1');
  await gateway.said(
    'generation 2 is version 1.1.0, this supervisor 1.0.0; `sluice restart --full`',
  );
  await gateway.told('stop', { generation: 1, force: true });
  await gateway.gone(gateway.pidOf(1));
});

it('stacks draining generations, and stops them all', async () => {
  const gateway = await new FakeGateway(SLOW, { timeouts: { stopMs: 300 } }).serves(1);
  for (const next of [2, 3]) {
    gateway.child.kill('SIGUSR1');
    await gateway.serves(next);
    await gateway.told('drain', { generation: next - 1 });
  }
  expect((await gateway.told('born', { generation: 3 })).alive).toHaveLength(2);
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended()).toBe(0);
  for (const generation of [1, 2, 3]) {
    await gateway.gone(gateway.pidOf(generation));
    await gateway.told('stop', { generation });
  }
});

it('refuses no connection over ten hand-overs and a SIGKILL of the only generation', async () => {
  const gateway = await new FakeGateway().serves(1);
  const ledger = { answered: 0, refused: 0, lost: 0 };
  let over = false;
  const client = async () => {
    while (!over) {
      await fetchJson(gateway.port, '/').then(
        () => ledger.answered++,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ECONNREFUSED') ledger.refused++;
          else ledger.lost++;
        },
      );
    }
  };
  const clients = Array.from({ length: 8 }, client);
  for (let next = 2; next <= 11; next++) {
    gateway.child.kill('SIGUSR1');
    await gateway.serves(next);
  }
  const lostInHandOvers = ledger.lost;
  for (let generation = 1; generation <= 10; generation++)
    await gateway.gone(gateway.pidOf(generation));
  process.kill(gateway.pidOf(11), 'SIGKILL');
  await gateway.serves(12);
  await gateway.ask();
  over = true;
  await Promise.all(clients);
  expect(ledger.refused).toBe(0);
  expect(lostInHandOvers).toBe(0);
  // Only what was inside the killed process: at most one request per client.
  expect(ledger.lost).toBeLessThanOrEqual(clients.length);
  expect(ledger.answered).toBeGreaterThan(100);
});
