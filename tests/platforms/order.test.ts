import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { GUEST, onStage, THEATRES } from './stage.ts';

describe.each(Object.entries(THEATRES))('the order of replies on %s', (_name, open) => {
  it('R06 a reply whose send is slow stays before the next one, however soon that grows', async () => {
    const theatre = await open();
    const { hand } = await onStage(theatre, { agent: 'hand', settings: { busyMode: 'queue' } });
    await theatre.arm({ method: theatre.sends, kind: 'slow', ms: 1_500, match: 'the first' });
    await theatre.say(GUEST, { text: 'one' });
    const first = await eventually('the first turn', () => hand.runs[0]);
    await theatre.say(GUEST, { text: 'two' });
    first.say('the first answer');
    const second = await eventually('the second turn', () => hand.runs[1]);
    second.sink.text('the second answer, ');
    const seen = await eventually('both show', async () => {
      const texts = await theatre.seen(GUEST);
      return texts.length === 2 && texts;
    });
    expect(seen).toEqual(['the first answer', expect.stringContaining('the second answer')]);
    second.end({ end: 'answered', text: 'the second answer, whole' });
    await eventually(
      'it is whole',
      async () => (await theatre.seen(GUEST))[1] === 'the second answer, whole',
    );
    expect(await theatre.seen(GUEST)).toHaveLength(2);
  });
});
