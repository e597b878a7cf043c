import { describe, expect, it } from 'vitest';
import { fakeDiscord } from '../../fakes/discord/fake.ts';
import { DIRECT, GENERAL, GUILD } from '../../fakes/discord/server.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost, FakeStore } from '../fakeHost.ts';
import { discord } from './bot.ts';

const ANN = '11';
const BOB = '12';

/** A gateway that is connected to a fake. */
async function connected(given: Parameters<typeof discord>[1] = {}) {
  const fake = await fakeDiscord();
  const host = new FakeHost();
  const platform = discord(fake.url, given);
  await platform.start(host);
  await eventually('it is live', () => platform.liveness().state === 'live');
  return { fake, host, platform };
}

describe('receiving from Discord', () => {
  it('R01 moves its place in the session only past what is committed', async () => {
    const { fake, host } = await connected();
    host.failing = 2;
    const before = host.store.cursors.length;
    await fake.say({ channel: DIRECT, user: ANN, text: 'keep me' });
    await eventually('the first commit fails', () => host.failing < 2);
    expect(host.store.cursors.length).toBe(before);
    await eventually('it is committed', () => host.texts.length === 1);
    expect(host.texts).toEqual(['keep me']);
    expect(host.store.cursors.length).toBe(before + 1);
  });

  it('R02 commits a message once that a resumed session replays', async () => {
    const fake = await fakeDiscord();
    const store = new FakeStore();
    const first = discord(fake.url);
    await first.start(new FakeHost(store));
    await eventually('live', () => first.liveness().state === 'live');
    await eventually('the session is kept', () => store.cursor !== undefined);
    const atReady = store.cursor;
    await fake.say({ channel: DIRECT, user: ANN, text: '/restart' });
    await eventually('committed', () => store.messages.length === 1);
    await first.stopReceiving();
    // As after a crash: the place that was kept is older than what was taken.
    store.cursor = atReady;
    const successor = new FakeHost(store);
    await discord(fake.url).start(successor);
    await eventually('the replay', () => successor.duplicates === 1);
    expect(store.messages.length).toBe(1);
    expect((await fake.state()).resumes).toBe(1);
  });

  it('resumes the session after a hand-over: what was said in between arrives once, in order', async () => {
    const fake = await fakeDiscord();
    const store = new FakeStore();
    const first = discord(fake.url);
    await first.start(new FakeHost(store));
    await eventually('live', () => first.liveness().state === 'live');
    for (let i = 0; i < 5; i++) await fake.say({ channel: DIRECT, user: ANN, text: `a${i}` });
    await eventually('the first part', () => store.messages.length === 5);
    await first.stopReceiving();
    expect(first.liveness().state).toBe('stopped');
    for (let i = 0; i < 5; i++) await fake.say({ channel: DIRECT, user: ANN, text: `b${i}` });
    const host = new FakeHost(store);
    await discord(fake.url).start(host);
    await eventually('the second part', () => store.messages.length === 10);
    expect(host.texts).toEqual([
      ...[0, 1, 2, 3, 4].map((i) => `a${i}`),
      ...[0, 1, 2, 3, 4].map((i) => `b${i}`),
    ]);
    const { identifies, resumes, closes } = await fake.state();
    expect({ identifies, resumes, first: closes[0] }).toEqual({
      identifies: 1,
      resumes: 1,
      first: 4200,
    });
    expect(host.duplicates).toBe(0);
  });

  it('R24 fetches what was said while its session was lost', async () => {
    const { fake, host, platform } = await connected();
    await fake.say({ channel: DIRECT, user: ANN, text: 'before' });
    await fake.say({ channel: GENERAL, user: ANN, text: 'there?', mention: true });
    await eventually('both', () => host.texts.length === 2);
    await fake.control('forget');
    for (let i = 0; i < 3; i++) {
      await fake.say({ channel: DIRECT, user: ANN, text: `missed ${i}` });
      await fake.say({ channel: GENERAL, user: BOB, text: `missed too ${i}`, mention: i === 1 });
    }
    await fake.control('close', { code: 4000 });
    await eventually('a new session', async () => (await fake.state()).identifies === 2, 25_000);
    await eventually('what was missed', () => host.texts.length === 6);
    await fake.say({ channel: DIRECT, user: ANN, text: 'after' });
    await eventually('after', () => host.texts.length === 7);
    expect(host.texts.filter((t) => t !== 'there?')).toEqual([
      'before',
      'missed 0',
      'missed 1',
      'missed 2',
      'missed too 1',
      'after',
    ]);
    expect(host.store.messages.find((m) => m.text === 'missed too 1')?.direct).toBe(false);
    expect(platform.liveness().state).toBe('live');
  }, 40_000);

  it('R20 and R31 keep people and places apart', async () => {
    const { fake, host } = await connected();
    await fake.say({ channel: DIRECT, user: ANN, text: 'from ann' });
    await fake.say({ channel: '602', user: BOB, text: 'from bob', file: 'a.png' });
    await fake.say({ channel: GENERAL, user: BOB, text: 'on the server', mention: true });
    await eventually('all', () => host.texts.length === 3);
    const [ann, bob, server] = host.store.messages;
    expect(ann).toMatchObject({ direct: true, address: { chat: DIRECT }, sender: { id: ANN } });
    expect(bob).toMatchObject({ direct: true, address: { chat: '602' }, sender: { id: BOB } });
    expect(bob?.attachments[0]).toMatchObject({ kind: 'photo', name: 'a.png', type: 'image/png' });
    expect(server).toMatchObject({
      direct: false,
      text: 'on the server',
      address: { chat: GENERAL },
    });
  });

  it('hears on servers what is said to it, and nothing else', async () => {
    const { fake, host, platform } = await connected();
    const reply = await platform.send(
      {
        id: 'r',
        address: { platform: 'discord', account: 'default', chat: GENERAL },
        lane: 'l',
        kind: 'notice',
        text: 'I am here',
        chunk: 0,
        chunks: 1,
        state: 'sending',
        attempts: 1,
        ambiguous: false,
        createdAt: Date.now(),
      },
      new AbortController().signal,
    );
    await fake.say({ channel: GENERAL, user: ANN, text: 'just talking' });
    await fake.say({ channel: GENERAL, user: ANN, text: 'what is up?', mention: true });
    await fake.say({
      channel: GENERAL,
      user: ANN,
      text: 'good',
      replyTo: reply.ok ? (reply.platformId as string) : '',
    });
    await eventually('two', () => host.texts.length === 2);
    expect(host.texts).toEqual(['what is up?', '> I am here\n\ngood']);
  });

  it('takes an edit as a new message that says so', async () => {
    const { fake, host } = await connected();
    const { id } = await fake.say({ channel: DIRECT, user: ANN, text: '/restart' });
    await fake.say({ channel: DIRECT, user: ANN, text: '/restart now', edits: id });
    await eventually('both', () => host.texts.length === 2);
    expect(host.texts).toEqual(['/restart', '[edited] /restart now']);
  });

  it('takes slash commands, acknowledges them after the commit and refuses strangers', async () => {
    const { fake, host } = await connected({
      authorise: async ({ id }, { chat }) => (id === ANN || chat === GUILD ? 'guest' : 'ignore'),
    });
    const menu = (await fake.state()).commands.map((c) => c.name);
    expect(menu).toEqual(['help', 'stop']);
    await fake.control('slash', { channel: DIRECT, user: ANN, name: 'queue', args: 'do this' });
    await fake.control('slash', { channel: DIRECT, user: '99', name: 'stop' });
    await fake.control('slash', { channel: GENERAL, user: '98', name: 'help' });
    const { callbacks } = await eventually('all are answered', async () => {
      const state = await fake.state();
      return state.callbacks.length === 3 && state;
    });
    expect(callbacks.map((c) => c.type).sort()).toEqual([4, 5, 5]);
    expect(host.texts).toEqual(['/queue do this', '/help']);
  });

  it('gives a thread a lane below its channel, and answers in threads that it opened', async () => {
    const { fake, host, platform } = await connected({ options: { threads: true } });
    const { id } = await fake.say({ channel: GENERAL, user: ANN, text: 'begin', mention: true });
    await eventually('the first', () => host.texts.length === 1);
    const first = host.store.messages[0];
    expect(first?.address).toMatchObject({ chat: GENERAL, thread: id });
    const row = {
      id: 'r1',
      address: first!.address,
      lane: 'l',
      kind: 'reply' as const,
      text: 'begun',
      chunk: 0,
      chunks: 1,
      state: 'sending' as const,
      attempts: 1,
      ambiguous: false,
      createdAt: Date.now(),
      context: first!.context!,
    };
    expect((await platform.send(row, new AbortController().signal)).ok).toBe(true);
    expect(await fake.seen(id)).toEqual(['begun']);
    await fake.say({ channel: id, user: ANN, text: 'and on' });
    await eventually('the second', () => host.texts.length === 2);
    expect(host.store.messages[1]?.address).toEqual(first?.address);
  });
});
