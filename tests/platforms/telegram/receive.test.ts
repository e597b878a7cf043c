import { describe, expect, it } from 'vitest';
import { fakeTelegram } from '../../fakes/telegram/fake.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost, FakeStore } from '../fakeHost.ts';
import { telegram } from './bot.ts';

const ANN = 11;
const BOB = 12;
const GROUP = -100;

describe('receiving from Telegram', () => {
  it('R01 confirms an update only after its message is committed', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    host.failing = 2;
    await fake.say({ chat: ANN, user: ANN, text: 'keep me' });
    await telegram(fake.url).start(host);
    await eventually('the first commit fails', () => host.failing < 2);
    expect((await fake.state()).updates).toBe(1);
    await eventually('it is committed', () => host.texts.length === 1);
    await eventually('it is confirmed', async () => (await fake.state()).updates === 0);
    expect(host.texts).toEqual(['keep me']);
  });

  it('R02 commits an update once that Telegram hands out again', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    await telegram(fake.url).start(host);
    await fake.say({ chat: ANN, user: ANN, text: '/restart' });
    await eventually('committed', () => host.texts.length === 1);
    await fake.arm({ method: 'getUpdates', kind: 'duplicate', times: 2 });
    await fake.say({ chat: ANN, user: ANN, text: 'next' });
    await eventually('the duplicate came', () => host.duplicates > 0);
    await eventually('the next too', () => host.texts.includes('next'));
    expect(host.texts).toEqual(['/restart', 'next']);
  });

  it('goes on from the committed cursor after a hand-over, without a message lost or doubled', async () => {
    const fake = await fakeTelegram();
    const store = new FakeStore();
    const before = telegram(fake.url);
    await before.start(new FakeHost(store));
    for (let i = 0; i < 5; i++) await fake.say({ chat: ANN, user: ANN, text: `a${i}` });
    await eventually('the first part', () => store.messages.length === 5);
    await before.stopReceiving();
    expect(before.liveness().state).toBe('stopped');
    for (let i = 0; i < 5; i++) await fake.say({ chat: ANN, user: ANN, text: `b${i}` });
    const successor = new FakeHost(store);
    await telegram(fake.url).start(successor);
    await eventually('the second part', () => store.messages.length === 10);
    expect(successor.texts).toEqual([
      ...[0, 1, 2, 3, 4].map((i) => `a${i}`),
      ...[0, 1, 2, 3, 4].map((i) => `b${i}`),
    ]);
    expect(successor.duplicates).toBe(0);
  });

  it('R24 never drops what waits at Telegram: a gateway that was away gets it all', async () => {
    const fake = await fakeTelegram();
    for (let i = 0; i < 150; i++) await fake.say({ chat: ANN, user: ANN, text: `m${i}` });
    const host = new FakeHost();
    await telegram(fake.url).start(host);
    await eventually('all of it', () => host.texts.length === 150);
    expect(host.texts).toEqual(Array.from({ length: 150 }, (_, i) => `m${i}`));
  });

  it('keeps each chat in order while a commit in another fails', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    for (let i = 0; i < 10; i++) {
      await fake.say({ chat: ANN, user: ANN, text: `a${i}` });
      await fake.say({ chat: BOB, user: BOB, text: `b${i}` });
    }
    host.failing = 3;
    await telegram(fake.url).start(host);
    await eventually('all of it', () => host.texts.length === 20, 20_000);
    for (const who of ['a', 'b']) {
      expect(host.texts.filter((t) => t.startsWith(who))).toEqual(
        Array.from({ length: 10 }, (_, i) => `${who}${i}`),
      );
    }
  });

  it('R20 gives an album one id and each of its photos its own place', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    await telegram(fake.url).start(host);
    await fake.say({ chat: ANN, user: ANN, photo: 'p1', caption: 'look', album: 'g1' });
    await fake.say({ chat: ANN, user: ANN, photo: 'p2', album: 'g1' });
    await fake.say({ chat: ANN, user: ANN, document: 'notes.txt' });
    await fake.say({ chat: ANN, user: ANN, voice: 'v1' });
    await eventually('all four', () => host.store.messages.length === 4);
    const [first, second, third, fourth] = host.store.messages;
    expect([first?.album, second?.album, third?.album]).toEqual(['g1', 'g1', undefined]);
    expect(first?.text).toBe('look');
    expect(first?.attachments).toEqual([
      { kind: 'photo', ref: 'p1', type: 'image/jpeg', size: 13 },
    ]);
    expect(third?.attachments[0]).toMatchObject({
      kind: 'document',
      ref: 'notes.txt',
      name: 'notes.txt',
    });
    expect(fourth?.attachments[0]).toMatchObject({ kind: 'voice', ref: 'v1' });
    expect(new Set(host.store.messages.map((m) => m.updateId)).size).toBe(4);
  });

  it('R31 keeps two people apart: each private chat has an address and a sender of its own', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    await telegram(fake.url).start(host);
    await fake.say({ chat: ANN, user: ANN, text: 'from ann' });
    await fake.say({ chat: BOB, user: BOB, text: 'from bob' });
    await eventually('both', () => host.texts.length === 2);
    const [ann, bob] = host.store.messages;
    expect(ann).toMatchObject({ direct: true, address: { chat: '11' }, sender: { id: '11' } });
    expect(bob).toMatchObject({ direct: true, address: { chat: '12' }, sender: { id: '12' } });
  });

  it('hears in groups what is said to it, and nothing else', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    await telegram(fake.url).start(host);
    const say = (text: string, more = {}) => fake.say({ chat: GROUP, user: ANN, text, ...more });
    await say('just talking');
    await say('@sluice_bot what is up?');
    await say('/stop@other_bot');
    await say('/stop@sluice_bot now');
    await say('@sluice_botany is a field');
    await say('yes', { replyTo: 77, replyToBot: true });
    await say('in a topic, @Sluice_Bot', { thread: 9 });
    await eventually('four', () => host.texts.length === 4);
    expect(host.texts).toEqual(['what is up?', '/stop now', 'yes', 'in a topic, @Sluice_Bot']);
    expect(host.store.messages[3]?.address.thread).toBe('9');
    expect(host.store.messages[0]?.direct).toBe(false);
  });

  it('takes every photo of an album whose caption addresses it in a group', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    await telegram(fake.url).start(host);
    await fake.say({ chat: GROUP, user: ANN, photo: 'p1', caption: '@sluice_bot see', album: 'g' });
    await fake.say({ chat: GROUP, user: ANN, photo: 'p2', album: 'g' });
    await fake.say({ chat: GROUP, user: ANN, photo: 'p3', album: 'unaddressed' });
    await fake.say({ chat: GROUP, user: ANN, text: '@sluice_bot end' });
    await eventually('the end', () => host.texts.includes('end'));
    expect(host.store.messages.map((m) => m.attachments[0]?.ref)).toEqual(['p1', 'p2', undefined]);
  });

  it('takes an edit as a new message that says so, and never runs a command again for it', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    await telegram(fake.url).start(host);
    const { message_id } = await fake.say({ chat: ANN, user: ANN, text: '/restart' });
    await fake.say({ chat: ANN, user: ANN, text: '/restart force', edits: message_id });
    await fake.say({ chat: ANN, user: ANN, text: '/restart again', edits: message_id });
    await eventually('all three', () => host.texts.length === 3);
    expect(host.texts).toEqual(['/restart', '[edited] /restart force', '[edited] /restart again']);
  });

  it('quotes what a message answers', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    await telegram(fake.url).start(host);
    const { message_id } = await fake.say({ chat: ANN, user: ANN, text: 'two\nlines' });
    await fake.say({ chat: ANN, user: ANN, text: 'this?', replyTo: message_id });
    await eventually('both', () => host.texts.length === 2);
    expect(host.texts[1]).toBe('> two\n> lines\n\nthis?');
  });

  it('takes nothing from strangers, and tells a pairing code only in private', async () => {
    const fake = await fakeTelegram();
    const host = new FakeHost();
    await telegram(fake.url, {
      authorise: async ({ id }) =>
        id === '11' ? 'owner' : id === '12' ? { say: 'Your code: 1234' } : 'ignore',
    }).start(host);
    await fake.say({ chat: BOB, user: BOB, text: 'let me in' });
    await fake.say({ chat: GROUP, user: BOB, text: '@sluice_bot let me in' });
    await fake.say({ chat: 13, user: 13, text: 'me too' });
    await fake.say({ chat: ANN, user: ANN, text: 'I own this' });
    await eventually('the owner', () => host.texts.length === 1);
    await eventually('the code', async () => (await fake.seen(BOB)).length === 1);
    expect(host.store.messages[0]?.sender).toEqual({ id: '11', name: 'user11', role: 'owner' });
    expect(await fake.seen(BOB)).toEqual(['Your code: 1234']);
    expect(await fake.seen(GROUP)).toEqual([]);
    expect(await fake.seen(13)).toEqual([]);
  });

  it('offers the commands of the registry', async () => {
    const fake = await fakeTelegram();
    await telegram(fake.url).start(new FakeHost());
    const commands = await eventually('the menu', async () => {
      const { commands } = await fake.state();
      return commands.length > 0 && commands;
    });
    expect(commands.map((c) => c.command)).toEqual(['help', 'stop']);
  });
});
