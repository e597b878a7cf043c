import { expect, it } from 'vitest';
import type { Order } from '../../gateway/core/order.ts';
import { ask, get, post, replyOf } from '../harness/ask.ts';
import { type Daemon, spawnDaemon, startDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';

function ended(daemon: Daemon, id: string): Promise<Order> {
  return daemon.until('ends the order', async () => {
    const order = await daemon.client.order(id).catch(() => undefined);
    return order?.state === 'open' ? undefined : order;
  });
}

it('R08 a second restart returns the first order and starts nothing', async () => {
  const daemon = await startDaemon();
  const [first, second] = await Promise.all([
    daemon.client.restart({ by: 'one' }),
    daemon.client.restart({ by: 'two' }),
  ]);
  expect(second.id).toBe(first.id);
  expect(await ended(daemon, first.id)).toMatchObject({ state: 'done' });
  const status = await daemon.untilStatus('serves', (s) => s.ready && s.others.length === 0);
  expect(status.generation).toBe(2);
});

it('R02 R18 /restart from a chat restarts once and tells that chat once that it is back', async () => {
  const daemon = await startDaemon();
  const message = JSON.stringify({ clientId: 'client-0001', chat: 'room', text: '/restart' });
  expect((await post(daemon.port, '/api/messages', message)).status).toBe(200);
  await daemon.untilStatus('has restarted', (s) => s.generation === 2 && s.ready);
  // The same delivery again: it is known, and does not restart anything.
  const again = await post(daemon.port, '/api/messages', message);
  expect(JSON.parse(again.body)).toMatchObject({ duplicate: true });
  const backs = async () => {
    const { said } = JSON.parse((await get(daemon.port, '/api/snapshot')).body) as {
      said: { text: string; lane: string }[];
    };
    return said.filter((s) => s.text.startsWith('I am back'));
  };
  await eventually('the chat is told', async () => (await backs()).length > 0);
  await daemon.untilStatus('is alone', (s) => s.others.length === 0);
  const told = await backs();
  expect(told).toHaveLength(1);
  expect(told[0]?.lane).toContain('room');
  expect((await daemon.status()).generation).toBe(2);
});

it('R07 R17 a drain is shown, holds turns back, keeps messages, and ends when cancelled', async () => {
  const daemon = await startDaemon();
  const { id } = await daemon.client.drain({ by: 'test', deadlineMs: 60_000 });
  const ready = await get(daemon.port, '/readyz');
  expect(ready.status).toBe(503);
  expect(ready.body).toContain('drain');
  const held = ask(daemon.port, { text: '/say later', session: 'held' });
  const status = await daemon.untilStatus('keeps the message', (s) => s.queued === 1);
  expect(status).toMatchObject({ activeTurns: 0, drain: { id, state: 'open', by: 'test' } });
  expect((await daemon.client.drain({ by: 'other' })).id).toBe(id);
  await daemon.client.cancelDrain();
  expect(replyOf(await held)).toBe('later');
  expect((await get(daemon.port, '/readyz')).status).toBe(200);
  expect(await daemon.client.order(id)).toMatchObject({ state: 'cancelled' });
});

it('R07 a drain that nobody renews ends at its deadline', async () => {
  const daemon = await startDaemon();
  const { id } = await daemon.client.drain({ by: 'test', deadlineMs: 300 });
  const held = ask(daemon.port, { text: '/say later', session: 'held' });
  expect(replyOf(await held)).toBe('later');
  expect(await ended(daemon, id)).toMatchObject({ state: 'timed-out' });
});

it('R12 --full ends with 75 under a service manager, and the turn in flight is kept', async () => {
  const daemon = await startDaemon({ env: { SLUICE_MANAGED: '1' } });
  const reply = ask(daemon.port, { text: '/busy 0.5', session: 'full' });
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  await daemon.client.restart({ by: 'test', full: true });
  expect(replyOf(await reply)).toBe('Working for 0.5 s: 1. Done.');
  expect(await daemon.ended()).toBe(75);
});

it('R13 --full without a manager becomes its new code in place: same process, same port', async () => {
  const daemon = await startDaemon({ env: { SLUICE_MANAGED: '0' } });
  const { pid, port } = daemon;
  const before = await daemon.status();
  await daemon.client.restart({ by: 'test', full: true });
  const after = await daemon.untilStatus(
    'serves anew',
    (s) => s.instance !== before.instance && s.ready,
  );
  expect(after.supervisor).toBe(pid);
  expect(daemon.over).toBe(false);
  expect(replyOf(await ask(port, { text: '/say still here' }))).toBe('still here');
});

it('R29 a restart by signal that comes during the start is kept until somebody serves', async () => {
  const daemon = spawnDaemon();
  await daemon.said(/generation 1 starts/);
  expect(daemon.log()).not.toContain('generation 1 serves');
  daemon.signal('SIGUSR1');
  const status = await daemon.untilStatus(
    'has restarted',
    (s) => s.generation === 2 && s.restart?.state === 'done',
  );
  expect(status.restart).toMatchObject({ by: 'signal' });
});

it('R29 a stop by signal that comes during the start is kept', async () => {
  const daemon = spawnDaemon();
  await daemon.said(/generation 1 starts/);
  expect(daemon.log()).not.toContain('generation 1 serves');
  daemon.signal('SIGTERM');
  expect(await daemon.ended()).toBe(0);
  await daemon.gone();
});
