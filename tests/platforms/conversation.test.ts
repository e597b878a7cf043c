import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { GUEST, OWNER, onStage, THEATRES } from './stage.ts';

describe.each(Object.entries(THEATRES))('a conversation on %s', (_name, open) => {
  it('R19 R20 R31 interrupts, queues, stops and merges a burst of photos, each person apart', async () => {
    const theatre = await open();
    const { hand, journal } = await onStage(theatre, {
      agent: 'hand',
      settings: { burstWindow: 400 },
    });
    const turn = (n: number) => eventually(`turn ${n}`, () => hand.runs[n]);
    const sees = (person: number, text: string) =>
      eventually(`"${text}" shows`, async () => (await theatre.seen(person)).includes(text));

    await theatre.say(GUEST, { text: 'a long story, please' });
    (await turn(0)).sink.text('Once upon');
    await theatre.say(OWNER, { text: 'and me?' });
    // Another person's message touches nothing of it.
    expect((await turn(1)).input.text).toBe('and me?');
    (await turn(1)).say('you too');
    await sees(OWNER, 'you too');
    expect(hand.runs[0]?.signal.aborted).toBe(false);

    await theatre.say(GUEST, { text: 'no, a short one' });
    const short = await turn(2);
    expect(hand.runs[0]?.signal.aborted).toBe(true);
    expect(short.input.text).toBe('no, a short one');

    await theatre.say(GUEST, { text: '/queue and a song' });
    await eventually('it waits', async () => (await journal.queued({ limit: 9 })).length === 1);
    expect(short.signal.aborted).toBe(false);
    short.say('The end.');
    await sees(GUEST, 'The end.');
    expect((await turn(3)).input.text).toBe('and a song');

    await theatre.say(GUEST, { text: '/stop' });
    await sees(GUEST, 'Stopped.');
    expect(hand.runs[3]?.signal.aborted).toBe(true);

    await theatre.say(GUEST, { photo: 'cat', album: 'a1', text: '' });
    await theatre.say(GUEST, { photo: 'dog', album: 'a1', text: '' });
    const burst = await turn(4);
    expect(burst.input.attachments).toHaveLength(2);
    burst.say('two animals');
    await sees(GUEST, 'two animals');
  });

  it('R19 steers a message into the running turn', async () => {
    const theatre = await open();
    const { hand } = await onStage(theatre, { agent: 'hand', settings: { busyMode: 'steer' } });
    await theatre.say(GUEST, { text: 'build a house' });
    const run = await eventually('the turn', () => hand.runs[0]);
    await theatre.say(GUEST, { text: 'with a garden' });
    await eventually('it is taken in', () => run.steered.includes('with a garden'));
    run.say('a house with a garden');
    await eventually(
      'one answer',
      async () => (await theatre.seen(GUEST)).join() === 'a house with a garden',
    );
    expect(hand.runs).toHaveLength(1);
  });

  it('R18 says once that messages wait for a drain, however many come, and answers them all after it', async () => {
    const theatre = await open();
    const { gateway } = await onStage(theatre);
    await gateway.operations.drain({ by: 'test' });
    for (const n of [1, 2, 3]) await theatre.say(GUEST, { text: `/queue /say answer ${n}` });
    await eventually('it is said', async () => (await theatre.seen(GUEST)).length > 0);
    await gateway.operations.cancelDrain();
    const seen = await eventually('all are answered', async () => {
      const texts = await theatre.seen(GUEST);
      return texts.some((text) => text.includes('answer 3')) && texts;
    });
    const answers = seen.filter((text) => text.startsWith('answer'));
    expect(answers).toEqual(['answer 1', 'answer 2', 'answer 3']);
    expect(seen).toHaveLength(4);
    expect(seen[0]).toContain('Got it.');
  });
});
