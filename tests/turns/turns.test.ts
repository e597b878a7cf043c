import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startGateway } from '../harness/gateway.ts';

describe('a message on its way to its reply', () => {
  it('answers a message and the platform gets the reply', async () => {
    const g = await startGateway();
    expect(await g.ask('/say hello')).toMatchObject({ outcome: 'answered', text: 'hello' });
    await eventually('the reply is sent', () => g.platform.texts().length === 1);
    expect(g.platform.texts()).toEqual(['hello']);
  });

  it('R01 commits a message before its platform is told that it was received', async () => {
    const g = await startGateway({ agent: 'hand' });
    const received = await g.say('are you there?');
    if (!received.accepted) throw new Error('not accepted');
    expect(await g.journal.message(received.id)).toMatchObject({ text: 'are you there?' });
    expect((await g.journal.trace(received.id))[0]).toMatchObject({ name: 'accepted' });
  });

  it('R02 runs a redelivered update once, commands included', async () => {
    const g = await startGateway();
    const first = await g.say('/say once', { updateId: 'u1' });
    const again = await g.say('/say once', { updateId: 'u1' });
    expect(again).toMatchObject({
      accepted: true,
      duplicate: true,
      id: (first as { id: string }).id,
    });
    await g.say('/drain', { updateId: 'u2' });
    await eventually(
      'the drain is open',
      async () => (await g.gateway.status()).drain?.state === 'open',
    );
    await g.gateway.operations.cancelDrain();
    expect(await g.say('/drain', { updateId: 'u2' })).toMatchObject({ duplicate: true });
    expect((await g.gateway.status()).state).toBe('running');
    await eventually('both replies are sent', () => g.platform.sent.length >= 2);
    expect(g.platform.texts().filter((t) => t === 'once')).toHaveLength(1);
  });

  it('R06 answers five quick messages one after the other, in the order of their commit', async () => {
    const g = await startGateway({ settings: { busyMode: 'queue' } });
    const sent = await Promise.all([1, 2, 3, 4, 5].map((n) => g.say(`/say ${n}`)));
    expect(sent.every((r) => r.accepted)).toBe(true);
    await eventually('all are answered', () => g.platform.sent.length === 5);
    expect(g.platform.texts()).toEqual(['1', '2', '3', '4', '5']);
  });

  it('R31 keeps the direct messages of two people in two lanes, also in one chat', async () => {
    const g = await startGateway();
    const ann = await g.say('/say a', { who: 'ann' });
    const bob = await g.say('/say b', { who: 'bob' });
    expect((ann as { lane: string }).lane).not.toBe((bob as { lane: string }).lane);
    expect((ann as { session: string }).session).not.toBe((bob as { session: string }).session);
  });

  it('R28 gives every message its events and exactly one outcome, so that in equals out', async () => {
    const g = await startGateway();
    await Promise.all(
      ['/say a', '/fail', '/help', 'plain'].map((t, i) => g.ask(t, { chat: `c${i}` })),
    );
    const counts = await g.journal.counts();
    expect(counts.accepted).toBe(4);
    expect(counts.open).toBe(0);
    expect(counts.outcomes).toMatchObject({ answered: 3, dead: 1 });
  });

  it('R30 keeps a failed message as a dead letter that can be shown, retried and dropped', async () => {
    const g = await startGateway({ agent: 'hand' });
    const asking = g.ask('do it');
    await eventually('it runs', () => g.hand.runs.length === 1);
    g.hand.runs[0]?.end({ end: 'failed', text: '', error: 'no luck.' });
    expect(await asking).toMatchObject({ outcome: 'dead' });
    const { operations } = g.gateway;
    const [letter] = await operations.deadLetters();
    expect(letter).toMatchObject({ text: 'do it', reason: 'no luck.' });
    await operations.retryDead(letter?.id as string);
    await eventually('it runs again', () => g.hand.runs.length === 2);
    g.hand.runs[1]?.say('done');
    await eventually('the reply is sent', () => g.platform.texts().at(-1) === 'done');
    expect(await operations.deadLetters()).toEqual([]);
    await expect(operations.dropDead('nothing')).rejects.toThrow('no dead letter');
  });

  it('an empty answer is told as a failure and never looks like a good one', async () => {
    const g = await startGateway({ agent: 'hand' });
    const asking = g.ask('say something');
    await eventually('it runs', () => g.hand.runs.length === 1);
    g.hand.runs[0]?.end({ end: 'answered', text: '  ' });
    expect(await asking).toMatchObject({ outcome: 'dead' });
    await eventually('it is told', () => g.platform.sent.length === 1);
    expect(g.platform.texts()[0]).toContain('empty answer');
  });

  it('says that a queue is full and keeps what is in it', async () => {
    const g = await startGateway({ agent: 'hand', settings: { queueLimit: 2, busyMode: 'queue' } });
    await g.say('first');
    await g.say('second');
    await g.say('third');
    expect(await g.say('fourth')).toEqual({ accepted: false, refused: 'full' });
    await eventually('it is said', () =>
      g.platform.texts().some((t) => t.includes('waiting here already')),
    );
    expect((await g.gateway.operations.queue({})).map((m) => m.text)).toEqual(['second', 'third']);
  });

  it('R21 a turn that takes long is said to, once, and goes on', async () => {
    const g = await startGateway({ agent: 'hand', settings: { softTimeout: 20 } });
    const asking = g.ask('one');
    await eventually('it is said', () => g.platform.texts().some((t) => t.includes('/stop ends')));
    g.hand.runs[0]?.say('at last');
    expect(await asking).toMatchObject({ outcome: 'answered', text: 'at last' });
    expect(g.platform.texts().filter((t) => t.includes('/stop ends'))).toHaveLength(1);
  });
});
