import { expect, it } from 'vitest';
import { ask, get, keepAlive, replyOf, streamedReply } from '../harness/ask.ts';
import { startDaemon } from '../harness/daemon.ts';
import { FLAWLESS } from '../harness/ledger.ts';
import { SteadyLoad } from '../harness/load.ts';

it('R08 R14 R17 five restarts in a row under load fail no request and refuse no connection', async () => {
  const daemon = await startDaemon();
  const load = new SteadyLoad(daemon, 6, 6);
  // Requests of a client that never tries again: each must succeed at the first attempt.
  const agent = keepAlive();
  const failures: string[] = [];
  let asked = 0;
  let on = true;
  const impatient = Array.from({ length: 6 }, async (_, client) => {
    while (on) {
      const text = `/say once-${client}-${asked++}`;
      // Half of the connections are kept, half are new for each request.
      const kept = client % 2 === 0 ? { agent } : {};
      const answer = await ask(daemon.port, {
        text,
        session: `impatient-${client}`,
        ...kept,
      }).catch((error: Error) => error);
      if (answer instanceof Error) failures.push(answer.message);
      else if (answer.status !== 200) failures.push(`${answer.status} ${answer.body}`);
      else if (!text.endsWith(replyOf(answer))) failures.push(`${text}: ${replyOf(answer)}`);
    }
  });
  // A probe as load balancers have it, over a connection of its own and over one that is kept.
  const unready: string[] = [];
  const probes = [{}, { agent }].map(async ({ agent: kept }: { agent?: typeof agent }) => {
    while (on) {
      const answer = await get(daemon.port, '/readyz', kept).catch((error: Error) => error);
      if (answer instanceof Error) unready.push(answer.message);
      else if (answer.status !== 200) unready.push(`${answer.status} ${answer.body}`);
    }
  });
  for (let n = 2; n <= 6; n++) {
    await load.more(20);
    const { id } = await daemon.client.restart({ by: 'test' });
    const order = await daemon.until('has restarted', async () => {
      const found = await daemon.client.order(id).catch(() => undefined);
      return found?.state === 'open' ? undefined : found;
    });
    const status = await daemon.untilStatus('serves', (s) => s.generation === n && s.ready);
    expect(order).toMatchObject({ state: 'done', successor: status.instance });
  }
  await load.more(20);
  on = false;
  await Promise.all([...impatient, ...probes]);
  agent.destroy();
  const verdict = await load.verdict();
  expect(failures).toEqual([]);
  expect(unready).toEqual([]);
  expect(load.ledger.refused).toBe(0);
  expect(verdict).toMatchObject(FLAWLESS);
  await daemon.untilStatus('has one instance again', (s) => s.others.length === 0);
}, 90_000);

it('R09 a turn in flight is answered whole and once, over the connection that asked', async () => {
  const daemon = await startDaemon();
  const plain = ask(daemon.port, { text: '/busy 6', session: 'plain', key: 'plain-1' });
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  await daemon.client.restart({ by: 'test' });
  await daemon.untilStatus('has restarted', (s) => s.generation === 2 && s.ready);
  const answer = await plain;
  expect(answer.status).toBe(200);
  expect(replyOf(answer)).toBe('Working for 6 s: 1 2 3 4 5 6. Done.');
  const again = await ask(daemon.port, { text: '/busy 6', session: 'plain', key: 'plain-1' });
  expect(replyOf(again)).toBe(replyOf(answer));
  expect(again.headers['x-sluice-message-id']).toBe(answer.headers['x-sluice-message-id']);
});

it('R09 a reply that streams goes on to its end across the restart', async () => {
  const daemon = await startDaemon();
  let pieces = '';
  const streaming = ask(daemon.port, {
    text: '/busy 6',
    session: 'stream',
    stream: true,
    piece: (text) => {
      pieces += text;
    },
  });
  await daemon.until('streams its first words', () => pieces.includes('Working'));
  await daemon.client.restart({ by: 'test' });
  await daemon.untilStatus('has restarted', (s) => s.generation === 2 && s.ready);
  expect(pieces).not.toContain('[DONE]');
  const answer = await streaming;
  expect(streamedReply(answer.body)).toBe('Working for 6 s: 1 2 3 4 5 6. Done.');
  expect(answer.body).toContain('data: [DONE]');
});

it('R17 is ready for newcomers all the time while an old turn goes on', async () => {
  const daemon = await startDaemon();
  const old = ask(daemon.port, { text: '/busy 6', session: 'old' });
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  await daemon.client.restart({ by: 'test' });
  let over = false;
  // Not `finally`: should this test fail before, the daemon is ended and the request with it.
  const end = () => {
    over = true;
  };
  old.then(end, end);
  let asked = 0;
  while (!over) {
    expect((await get(daemon.port, '/readyz')).status).toBe(200);
    const answer = await ask(daemon.port, { text: `/say ${++asked}`, session: `new-${asked}` });
    expect(replyOf(answer)).toBe(String(asked));
  }
  expect(asked).toBeGreaterThan(3);
  expect((await old).status).toBe(200);
});
