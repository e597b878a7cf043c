import { expect, it } from 'vitest';
import type { Order } from '../../gateway/core/order.ts';
import { eventually } from '../harness/eventually.ts';
import { startGateway } from '../harness/gateway.ts';

/** A gateway below a supervisor that only notes what it is asked. */
async function supervised() {
  const asked: Order[] = [];
  const cancelled: string[] = [];
  const g = await startGateway({
    agent: 'hand',
    above: {
      requestRestart: (order) => asked.push(order),
      cancelRestart: ({ id }) => cancelled.push(id),
    },
  });
  const busy = async () => {
    void g.say('work');
    await eventually('it runs', () => g.hand.runs.length === 1);
  };
  const end = () => g.hand.runs[0]?.say('done');
  return { ...g, asked, cancelled, busy, end, operations: g.gateway.operations };
}

it('R08 --when-idle restarts once nothing runs, and does not keep its caller waiting', async () => {
  const g = await supervised();
  await g.busy();
  const order = await g.operations.restart({ by: 'a', whenIdle: true });
  expect(order).toMatchObject({ state: 'open', whenIdle: true });
  expect(g.asked).toEqual([]);
  expect((await g.operations.status()).restart).toMatchObject({ whenIdle: true });
  g.end();
  await eventually('it is begun', () => g.asked.length > 0);
  expect(g.asked.map((o) => o.id)).toEqual([order.id]);
});

it('--when-idle begins at once where nothing runs, and does not wait for a turn that waits for a person', async () => {
  const idle = await supervised();
  await idle.operations.restart({ by: 'a', whenIdle: true });
  expect(idle.asked).toHaveLength(1);

  const g = await supervised();
  await g.busy();
  void g.hand.runs[0]?.sink.ask({ id: 'q', text: 'Sure?', options: [{ id: 'y', label: 'Yes' }] });
  await eventually('it waits', async () => (await g.operations.status()).turns[0]?.waitingFor);
  await g.operations.restart({ by: 'a', whenIdle: true });
  await eventually('it is begun', () => g.asked.length > 0);
});

it('R08 --when-idle can be taken back, and then nothing happens', async () => {
  const g = await supervised();
  await g.busy();
  await g.operations.restart({ by: 'a', whenIdle: true });
  expect(await g.operations.cancelRestart()).toMatchObject({ state: 'cancelled' });
  g.end();
  await g.ask('/status');
  expect(g.asked).toEqual([]);
  expect(g.cancelled).toEqual([]);
  await expect(g.operations.cancelRestart()).rejects.toThrow('no restart to cancel');
});

it('R08 a plain restart does not join the wait for idleness: it begins', async () => {
  const g = await supervised();
  await g.busy();
  const first = await g.operations.restart({ by: 'a', whenIdle: true });
  expect((await g.operations.restart({ by: 'b', whenIdle: true })).id).toBe(first.id);
  expect(g.asked).toEqual([]);
  const second = await g.operations.restart({ by: 'b' });
  expect(second).toMatchObject({ id: first.id, whenIdle: false });
  g.end();
  await g.ask('/status');
  expect(g.asked.map((o) => o.id)).toEqual([first.id]);
});

it('R08 force reaches an order that is open, also where a supervisor carries it out', async () => {
  const g = await supervised();
  await g.busy();
  await g.operations.restart({ by: 'a' });
  await g.operations.restart({ by: 'b' });
  await g.operations.restart({ by: 'b', force: true });
  expect(g.asked.map((o) => o.force)).toEqual([false, true]);
});

it('R08 a cancel tells whether it came in time', async () => {
  const g = await supervised();
  const order = await g.operations.restart({ by: 'a' });
  const early = g.operations.cancelRestart();
  await eventually('the supervisor is asked', () => g.cancelled.length === 1);
  await g.gateway.restarts.close(order.id, 'cancelled');
  expect(await early).toMatchObject({ state: 'cancelled' });

  const next = await g.operations.restart({ by: 'a' });
  const late = g.operations.cancelRestart();
  late.catch(() => {});
  await g.gateway.restarts.close(next.id, 'done');
  await expect(late).rejects.toThrow('too late');
});

it('R08 a full restart that has begun cannot be taken back, and says so', async () => {
  const g = await supervised();
  await g.operations.restart({ by: 'a', full: true });
  await expect(g.operations.cancelRestart()).rejects.toThrow('too late');
});

it('R09 a restart asked for by an agent’s tool or a hook tells the chat of that turn when it is refused', async () => {
  const g = await supervised();
  await g.busy();
  const turn = g.hand.runs[0]?.input.turn as string;
  const order = await g.operations.restart({ by: 'cli', within: { turn } });
  expect(order.tell).toMatchObject({ address: { chat: 'chat' }, turn });
  await g.gateway.restarts.close(order.id, 'refused', 'sluice.yaml:3: no such key');
  await eventually('the chat is told', () =>
    g.platform.texts().some((t) => t.includes('did not happen') && t.includes('no such key')),
  );
});
