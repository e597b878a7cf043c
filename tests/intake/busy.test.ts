import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { LedgerPlatform, startGateway } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';

describe('a message that meets a running turn', () => {
  it('interrupt: ends the running turn, keeps what it said, and is next', async () => {
    const g = await startGateway({ agent: 'hand' });
    const first = g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    g.hand.runs[0]?.sink.text('so far');
    await g.say('two');
    expect(await first).toMatchObject({ outcome: 'cancelled' });
    await eventually('the second runs', () => g.hand.runs.length === 2);
    expect(g.hand.runs[1]?.input.text).toBe('two');
    g.hand.runs[1]?.say('answer');
    await eventually('both are sent', () => g.platform.texts().includes('answer'));
  });

  it('queue: waits and leaves the running turn alone', async () => {
    const g = await startGateway({ agent: 'hand', settings: { busyMode: 'queue' } });
    const first = g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    await g.say('two');
    expect(g.hand.runs[0]?.signal.aborted).toBe(false);
    g.hand.runs[0]?.say('first');
    expect(await first).toMatchObject({ outcome: 'answered', text: 'first' });
    await eventually('the second runs', () => g.hand.runs.length === 2);
  });

  it('steer: goes into the running turn', async () => {
    const g = await startGateway({ agent: 'hand', settings: { busyMode: 'steer' } });
    void g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    expect(await g.ask('also this')).toMatchObject({ outcome: 'steered' });
    expect(g.hand.runs[0]?.steered).toEqual(['also this']);
  });

  it('R19 a failed steer becomes the next turn', async () => {
    const g = await startGateway({ agent: 'hand', settings: { busyMode: 'steer' } });
    g.hand.steerable = false;
    void g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    await g.say('two');
    g.hand.runs[0]?.say('first');
    await eventually('the second runs', () => g.hand.runs.length === 2);
    expect(g.hand.runs[1]?.input.text).toBe('two');
  });

  it('R19 R18 a follow-up never interrupts a turn of a draining instance, and is told so once', async () => {
    const g = await startGateway({ agent: 'hand' });
    void g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    await g.gateway.operations.drain({ by: 'test' });
    for (const text of ['two', 'three', 'four'])
      expect(await g.say(text)).toMatchObject({ accepted: true });
    await eventually('it is said', () => g.platform.texts().some((t) => t.includes('paused')));
    expect(g.hand.runs[0]?.signal.aborted).toBe(false);
    g.hand.runs[0]?.say('first');
    await eventually('the first is answered', () => g.platform.texts().includes('first'));
    expect(g.platform.texts().filter((t) => t.includes('paused'))).toHaveLength(1);
    await g.gateway.operations.cancelDrain();
    await eventually('the second runs', () => g.hand.runs.length >= 2);
    expect(g.hand.runs[1]?.input.text).toBe('two');
  });

  it('R19 a follow-up that meets the successor leaves a turn of the predecessor alone, told to drain or not yet', async () => {
    const dir = tempDir();
    const platform = new LedgerPlatform();
    const first = await startGateway({ agent: 'hand', dir, platform });
    void first.say('one');
    await eventually('it runs', () => first.hand.runs.length === 1);
    const { instance } = await first.gateway.status();
    const next = await startGateway({ dir, platform, generation: 2, alive: [instance] });
    await next.say('/say two');
    await eventually('it is said', () => platform.texts().some((t) => t.includes('right after')));
    expect((await next.gateway.status()).others).toMatchObject([{ instance, turns: 1 }]);
    void first.gateway.leave({ ending: { why: 'handed-over' }, timeout: 60_000, force: false });
    await eventually('it drains', async () => (await first.gateway.status()).state === 'draining');
    expect(first.hand.runs[0]?.signal.aborted).toBe(false);
    first.hand.runs[0]?.say('first');
    await eventually('both are answered', () => platform.texts().includes('two'));
  });

  it('R20 merges the photo burst of one sender and nobody else’s', async () => {
    const g = await startGateway({
      agent: 'hand',
      settings: { burstWindow: 1500, busyMode: 'queue', groups: 'shared' },
    });
    const photo = (n: number) => ({
      attachments: [{ kind: 'photo' as const, ref: `p${n}` }],
      direct: false,
    });
    const a = await g.say('look', { ...photo(1), who: 'ann' });
    const b = await g.say('', { ...photo(2), who: 'ann' });
    const c = await g.say('mine', { ...photo(3), who: 'bob' });
    await eventually('the burst runs', () => g.hand.runs.length === 1);
    expect(g.hand.runs[0]?.input.attachments.map((x) => x.ref)).toEqual(['p1', 'p2']);
    g.hand.runs[0]?.say('nice');
    await eventually('the other one runs', () => g.hand.runs.length === 2);
    expect(g.hand.runs[1]?.input.attachments.map((x) => x.ref)).toEqual(['p3']);
    g.hand.runs[1]?.say('nice too');
    const id = (r: unknown) => (r as { id: string }).id;
    expect(await g.platform.host?.settled(id(c))).toMatchObject({ outcome: 'answered' });
    expect((await g.journal.message(id(a)))?.outcome).toBe('answered');
    expect((await g.journal.message(id(b)))?.outcome).toBe('merged');
  });
});
