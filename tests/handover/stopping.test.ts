import { expect, it } from 'vitest';
import { ask, replyOf } from '../harness/ask.ts';
import { spawnDaemon, startDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';

it('R04 R12 a stop lets the turn in flight end, delivers its reply, and ends with 0', async () => {
  const daemon = await startDaemon();
  const reply = ask(daemon.port, { text: '/busy 2', session: 'last' });
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  daemon.signal('SIGTERM');
  const answer = await reply;
  expect(answer.status).toBe(200);
  expect(replyOf(answer)).toBe('Working for 2 s: 1 2. Done.');
  expect(await daemon.ended()).toBe(0);
  await daemon.gone();
});

it('R08 R26 a second signal ends the wait; the cut turn is taken up at the next start', async () => {
  const daemon = await startDaemon();
  const ids = { text: '/busy 4', session: 'cut', key: 'cut-1' };
  const cut = ask(daemon.port, ids).catch((error: Error) => error);
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  daemon.signal('SIGTERM');
  await daemon.untilStatus('drains', (s) => s.state === 'draining');
  daemon.signal('SIGTERM');
  expect(await daemon.ended()).toBe(0);
  const first = await cut;
  if (!(first instanceof Error)) expect(first.status).toBe(503);

  const next = await spawnDaemon({ dir: daemon.dir }).ready();
  const answer = await ask(next.port, ids);
  expect(replyOf(answer)).toMatch(/^Going on after an interruption.*Done\.$/s);
});

it('R27 a turn that ignores its abort does not hold a forced stop up for ever', async () => {
  const daemon = await startDaemon({ config: 'agent:\n  interrupt_grace: 1\n' });
  void ask(daemon.port, { text: '/stubborn 600', session: 'stubborn' }).catch(() => {});
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  await daemon.client.stop({ by: 'test', force: true });
  expect(await daemon.ended()).toBe(0);
});

it('stacks draining generations: a long turn in the first does not stop the next ones', async () => {
  const daemon = await startDaemon();
  const long = ask(daemon.port, { text: '/busy 12', session: 'long', withinMs: 60_000 });
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  for (let n = 2; n <= 4; n++) {
    await daemon.client.restart({ by: 'test' });
    const status = await daemon.untilStatus(
      `is at generation ${n}`,
      (s) => s.generation === n && s.ready,
    );
    expect(status.others.some((o) => o.generation === 1)).toBe(true);
    expect(replyOf(await ask(daemon.port, { text: `/say ${n}`, session: 'short' }))).toBe(`${n}`);
  }
  expect(replyOf(await long)).toMatch(/^Working for 12 s: .*Done\.$/);
  await daemon.untilStatus('is alone', (s) => s.others.length === 0);
  await eventually('only supervisor and generation are left', () => daemon.pids().length === 2);
});

it('R19 a follow-up does not interrupt a turn of a draining instance: it is answered after it', async () => {
  const daemon = await startDaemon({ env: { SLUICE_BUSY_INPUT_MODE: 'interrupt' } });
  const order: string[] = [];
  const tell = async (id: string, text: string) => {
    for await (const line of daemon.client.send({ id, text, session: 'chat' })) {
      if ('settled' in line) order.push(line.settled.text);
    }
  };
  const first = tell('first', '/busy 6');
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  await daemon.client.restart({ by: 'test' });
  await daemon.untilStatus('has restarted', (s) => s.generation === 2 && s.ready);
  await Promise.all([first.catch(() => {}), tell('second', '/say after')]);
  for (const again of ['first', 'second'])
    await tell(again, again === 'first' ? '/busy 6' : '/say after');
  expect(order.slice(-2)).toEqual(['Working for 6 s: 1 2 3 4 5 6. Done.', 'after']);
});
