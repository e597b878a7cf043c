import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { GUEST, OWNER, onStage, STRANGER, THEATRES } from './stage.ts';

describe.each(Object.entries(THEATRES))('who may talk on %s', (_name, open) => {
  it('R18 a stranger is told a code once, is let in by it, and talks as a guest', async () => {
    const theatre = await open();
    const { gateway } = await onStage(theatre);
    await theatre.say(STRANGER, { text: '/say let me in' });
    await theatre.say(STRANGER, { text: '/say please' });
    const told = await eventually('the code', async () => (await theatre.seen(STRANGER))[0]);
    const code = /\/pair ([A-Z2-9]{8})/.exec(told)?.[1] as string;
    await theatre.say(OWNER, { text: '/pair' });
    await eventually('the owner sees who waits', async () =>
      (await theatre.seen(OWNER))[0]?.includes(`/pair ${code}`),
    );
    await theatre.say(OWNER, { text: `/pair ${code}` });
    await eventually('the owner is told', async () =>
      (await theatre.seen(OWNER))[1]?.includes('may talk to me now'),
    );
    await eventually('so is the stranger', async () =>
      (await theatre.seen(STRANGER))[1]?.includes('You are let in'),
    );
    await theatre.say(STRANGER, { text: '/say thanks' });
    await eventually('an answer', async () => (await theatre.seen(STRANGER))[2] === 'thanks');
    expect(await theatre.seen(STRANGER)).toHaveLength(3);
    const [person] = await gateway.operations.pairings();
    expect(person).toMatchObject({ id: String(STRANGER), state: 'approved' });
    await gateway.operations.revokePairing(person!);
    await theatre.say(STRANGER, { text: '/say still here?' });
    await eventually('a new code', async () =>
      (await theatre.seen(STRANGER))[3]?.includes('/pair'),
    );
  });

  it('R31 a guest gives no orders, and learns nothing of what others ask', async () => {
    const theatre = await open();
    const { hand } = await onStage(theatre, { agent: 'hand' });
    await theatre.say(OWNER, { text: 'a secret' });
    await eventually('it runs', () => hand.runs.length === 1);
    for (const order of ['/restart', '/drain', '/pair ABCD2345', '/status'])
      await theatre.say(GUEST, { text: order });
    const seen = await eventually('four answers', async () => {
      const texts = await theatre.seen(GUEST);
      return texts.length === 4 && texts;
    });
    expect(seen.filter((t) => t.includes('Only the owner'))).toHaveLength(3);
    expect(seen.filter((t) => t.includes('Nothing is running here'))).toHaveLength(1);
    expect(seen.join()).not.toContain(`user${OWNER}`);
    hand.runs[0]?.say('done');
  });

  it('R01 a photo reaches the agent as a file, fetched into the store', async () => {
    const theatre = await open();
    const { hand, readFile } = await onStage(theatre, {
      agent: 'hand',
      settings: { burstWindow: 50 },
    });
    await theatre.say(GUEST, { photo: 'cat' });
    const run = await eventually('the turn', () => hand.runs[0]);
    const [file] = run.input.attachments;
    expect(file?.ref).toMatch(/^sha256:/);
    expect(await readFile(file?.ref as string)).toMatch(/^content of cat/);
    run.say('a cat');
    await eventually('the answer', async () => (await theatre.seen(GUEST))[0] === 'a cat');
  });
});
