import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { LedgerPlatform, startGateway } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';

describe('an instance that leaves, and the one that comes next', () => {
  it('R04 ends only when the reply of the running turn is delivered', async () => {
    const g = await startGateway({ agent: 'hand' });
    void g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    const stopping = g.gateway.stop(false);
    g.hand.runs[0]?.say('the answer');
    await stopping;
    expect(g.platform.texts()).toEqual(['the answer']);
    expect(await g.gateway.ended).toEqual({ why: 'stopped' });
  });

  it('stopping twice is one stop', async () => {
    const g = await startGateway();
    expect(g.gateway.stop(false)).toBe(g.gateway.stop(false));
    await g.gateway.ended;
  });

  it('R08 a second restart returns the first order and starts nothing; the process asks to be started again', async () => {
    const g = await startGateway({ agent: 'hand' });
    void g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    const { operations } = g.gateway;
    const first = await operations.restart({ by: 'a' });
    const second = await operations.restart({ by: 'b' });
    expect(second.id).toBe(first.id);
    expect((await operations.status()).restart).toMatchObject({
      id: first.id,
      by: 'a',
      state: 'open',
    });
    expect((await operations.status()).state).toBe('draining');
    g.hand.runs[0]?.say('done');
    expect(await g.gateway.ended).toEqual({ why: 'restart' });
  });

  it('R08 a forced restart cuts turns, never committed replies, and the next instance takes them up', async () => {
    const dir = tempDir();
    const platform = new LedgerPlatform();
    const first = await startGateway({ agent: 'hand', dir, platform });
    platform.results = [{ ok: false, kind: 'transient', error: 'busy', retryAfterMs: 50 }];
    void first.say('committed', { chat: 'x' });
    await eventually('the first runs', () => first.hand.runs.length === 1);
    first.hand.runs[0]?.say('kept');
    await eventually('its send was put off', () => platform.results.length === 0);
    void first.say('cut', { chat: 'y' });
    await eventually('the second runs', () => first.hand.runs.length === 2);
    await first.gateway.operations.restart({ by: 'test', force: true });
    await first.gateway.ended;
    const next = await startGateway({ agent: 'hand', dir, platform, generation: 2 });
    await eventually('the cut turn runs again', () => next.hand.runs.length === 1);
    expect(next.hand.runs[0]?.input).toMatchObject({ text: 'cut', attempt: 2 });
    next.hand.runs[0]?.say('answered after all');
    await eventually('both are delivered', () => platform.sent.length >= 2);
    expect(platform.texts('x')).toEqual(['kept']);
    expect(platform.texts('y')).toEqual(['answered after all']);
  });

  it('messages that come while it drains are kept, and answered by the next instance in order', async () => {
    const dir = tempDir();
    const platform = new LedgerPlatform();
    const first = await startGateway({ agent: 'hand', dir, platform });
    void first.say('one');
    await eventually('it runs', () => first.hand.runs.length === 1);
    await first.gateway.operations.restart({ by: 'test' });
    expect(await first.say('two')).toMatchObject({ accepted: true });
    expect(await first.say('three')).toMatchObject({ accepted: true });
    first.hand.runs[0]?.say('1');
    await first.gateway.ended;
    const next = await startGateway({
      dir,
      platform,
      generation: 2,
      settings: { busyMode: 'queue' },
    });
    await eventually('all are answered', async () => (await next.journal.counts()).open === 0);
    await eventually('all are delivered', () => platform.texts().some((t) => t.includes('three')));
    const replies = platform.sent.filter((r) => r.kind === 'reply').map((r) => r.text);
    expect(replies[0]).toBe('1');
    expect(replies[1]).toContain('two');
    expect(replies[2]).toContain('three');
  });

  it('R09 /restart in mid-turn: the turn finishes, its reply comes first, then the chat is told once', async () => {
    const dir = tempDir();
    const platform = new LedgerPlatform();
    const first = await startGateway({ agent: 'hand', dir, platform });
    void first.say('one');
    await eventually('it runs', () => first.hand.runs.length === 1);
    await first.ask('/restart');
    first.hand.runs[0]?.say('the reply');
    await first.gateway.ended;
    await startGateway({ agent: 'hand', dir, platform, generation: 2 });
    await eventually('it is told', () => platform.texts().some((t) => t.includes('I am back')));
    const texts = platform.texts();
    expect(texts.indexOf('the reply')).toBeLessThan(
      texts.findIndex((t) => t.includes('I am back')),
    );
    await startGateway({ agent: 'hand', dir, platform, generation: 3 });
    expect(platform.texts().filter((t) => t.includes('I am back'))).toHaveLength(1);
  });

  it('R07 R26 a drain order of a dead instance does not make the next one refuse work', async () => {
    const dir = tempDir();
    const first = await startGateway({ dir });
    await first.gateway.operations.drain({ by: 'somebody' });
    const next = await startGateway({ dir, generation: 2 });
    expect((await next.gateway.status()).state).toBe('running');
    expect(await next.ask('/say yes')).toMatchObject({ outcome: 'answered', text: 'yes' });
  });

  it('R22 output of a turn that another instance took over is refused', async () => {
    const dir = tempDir();
    const platform = new LedgerPlatform();
    const first = await startGateway({ agent: 'hand', dir, platform });
    void first.say('one');
    await eventually('it runs', () => first.hand.runs.length === 1);
    // Declared dead while it still works: a machine that slept, say.
    const next = await startGateway({ agent: 'hand', dir, platform, generation: 2 });
    await eventually('the next one runs it', () => next.hand.runs.length === 1);
    first.hand.runs[0]?.say('stale');
    next.hand.runs[0]?.say('fresh');
    await eventually('it is delivered', () => platform.sent.length > 0);
    await eventually('it is settled', async () => (await next.journal.counts()).open === 0);
    expect(platform.texts()).toEqual(['fresh']);
  });

  it('R23 a turn that is cut off again and again is given up, told, and kept as a dead letter', async () => {
    const dir = tempDir();
    const platform = new LedgerPlatform();
    const settings = { maxAttempts: 2 };
    const a = await startGateway({ agent: 'hand', dir, platform, settings });
    void a.say('deadly');
    await eventually('first attempt', () => a.hand.runs.length === 1);
    const b = await startGateway({ agent: 'hand', dir, platform, settings, generation: 2 });
    await eventually('second attempt', () => b.hand.runs.length === 1);
    const c = await startGateway({ agent: 'hand', dir, platform, settings, generation: 3 });
    await eventually('it is told', () => platform.texts().some((t) => t.includes('given up')));
    expect(c.hand.runs).toHaveLength(0);
    expect(await c.gateway.operations.deadLetters()).toHaveLength(1);
  });

  it('R23 a restart resets no conversation', async () => {
    const dir = tempDir();
    const first = await startGateway({ agent: 'hand', dir });
    const asking = first.ask('my name is Ann');
    await eventually('it runs', () => first.hand.runs.length === 1);
    first.hand.runs[0]?.say('hello Ann');
    await asking;
    await first.gateway.stop(false);
    const next = await startGateway({ agent: 'hand', dir, generation: 2 });
    void next.say('what is my name?');
    await eventually('it runs', () => next.hand.runs.length === 1);
    const told = await next.hand.runs[0]?.input.history();
    expect(told?.map((h) => h.text)).toEqual(['my name is Ann', 'hello Ann']);
  });

  it('R21 a turn that waits for a person does not hold a drain up', async () => {
    const g = await startGateway({ agent: 'hand' });
    void g.say('may I?');
    await eventually('it runs', () => g.hand.runs.length === 1);
    void g.hand.runs[0]?.sink.ask({ id: 'q', text: 'Sure?', options: [{ id: 'y', label: 'Yes' }] });
    await eventually(
      'it waits',
      async () => (await g.gateway.status()).turns[0]?.waitingFor === 'human',
    );
    await g.gateway.stop(false);
    expect(await g.gateway.ended).toEqual({ why: 'stopped' });
  });

  it('an agent that ignores its interrupt is left behind after a grace, and the lane goes on', async () => {
    const g = await startGateway({ agent: 'hand', settings: { interruptGrace: 30 } });
    g.hand.obeys = false;
    const first = g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    expect(await g.ask('/stop')).toMatchObject({ text: 'Stopped.' });
    expect(await first).toMatchObject({ outcome: 'cancelled' });
    void g.say('two');
    await eventually('the next one runs', () => g.hand.runs.length === 2);
  });
});
