import { expect, it } from 'vitest';
import { ask, get, keepAlive, replyOf, streamedReply } from '../harness/ask.ts';
import { startDaemon } from '../harness/daemon.ts';
import { GateAgent, HELD_REPLY } from '../harness/gate.ts';
import { FLAWLESS } from '../harness/ledger.ts';
import { SteadyLoad } from '../harness/load.ts';
import { tempDir } from '../harness/temp.ts';

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

it('R09 R17 turns in flight are answered whole and once, plain and streamed, and newcomers are served all the while', async () => {
  const dir = tempDir();
  const gate = new GateAgent(dir);
  const daemon = await startDaemon({ dir, config: gate.config });
  const question = { text: 'please', model: 'gate', session: 'plain', key: 'plain-1' };
  const plain = ask(daemon.port, question);
  let pieces = '';
  const streaming = ask(daemon.port, {
    ...question,
    session: 'stream',
    key: 'stream-1',
    stream: true,
    piece: (text) => {
      pieces += text;
    },
  });
  // Should this test fail before, the daemon is ended and these with it.
  for (const reply of [plain, streaming]) reply.catch(() => {});
  await daemon.until('streams its first words', () => pieces.includes('Working'));
  await daemon.untilStatus('works', (s) => s.activeTurns === 2);
  await daemon.client.restart({ by: 'test' });
  let asked = 0;
  const newcomer = async () => {
    expect((await get(daemon.port, '/readyz')).status).toBe(200);
    const answer = await ask(daemon.port, { text: `/say ${++asked}`, session: `new-${asked}` });
    expect(replyOf(answer)).toBe(String(asked));
  };
  await daemon.until('has restarted', async () => {
    await newcomer();
    const { generation, ready } = await daemon.status();
    return generation === 2 && ready;
  });
  for (let n = 0; n < 5; n++) await newcomer();
  expect(await daemon.status()).toMatchObject({ others: [{ generation: 1, turns: 2 }] });
  // Whoever opens the page now sees, at the successor, what the predecessor's turns have said so far.
  await daemon.until('shows the old turns to newcomers', async () => {
    const { live } = JSON.parse((await get(daemon.port, '/api/snapshot')).body) as {
      live: { text: string }[];
    };
    return live.filter((turn) => turn.text === 'Working:').length === 2;
  });
  expect(pieces).not.toContain('[DONE]');
  gate.open();
  const answer = await plain;
  expect(answer.status).toBe(200);
  expect(replyOf(answer)).toBe(HELD_REPLY);
  const again = await ask(daemon.port, question);
  expect(replyOf(again)).toBe(HELD_REPLY);
  expect(again.headers['x-sluice-message-id']).toBe(answer.headers['x-sluice-message-id']);
  const { body } = await streaming;
  expect(streamedReply(body)).toBe(HELD_REPLY);
  expect(body).toContain('data: [DONE]');
});
