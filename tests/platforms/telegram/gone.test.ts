import { describe, expect, it } from 'vitest';
import type { Outbound } from '../../../gateway/core/outbox.ts';
import { type FakeTelegram, fakeTelegram } from '../../fakes/telegram/fake.ts';
import { eventually } from '../../harness/eventually.ts';
import { courier } from '../courier.ts';
import { FakeHost, outbound } from '../fakeHost.ts';
import { address, telegram } from './bot.ts';

const ANN = 11;
const GROUP = -100;
const signal = new AbortController().signal;
const GONE = '(The topic is gone, so this comes here.)\n\n';
const CLOSED = '(The topic is closed, so this comes here.)\n\n';

/** A forum in which Ann has written to the bot in topic 9; its message is the second. */
async function forum() {
  const fake = await fakeTelegram();
  await fake.say({ chat: GROUP, user: ANN, text: 'in General' });
  await fake.say({ chat: GROUP, user: ANN, text: '@sluice_bot hi', thread: 9 });
  const topic = (state: 'open' | 'closed' | 'deleted', thread = 9) =>
    fake.control('topic', { chat: String(GROUP), thread, state });
  return { fake, topic, platform: telegram(fake.url) };
}

const reply = (row: Partial<Outbound> = {}) =>
  outbound({
    address: address(GROUP, '9'),
    text: 'the answer',
    context: { message_id: 2, group: true },
    ...row,
  });

const bots = async (fake: FakeTelegram) =>
  (await fake.state()).messages.filter((m) => m.bot && !m.deleted);

describe('a place on Telegram that is gone', () => {
  it('R43 a topic that was deleted: the reply comes in the chat, and says so', async () => {
    const { fake, topic, platform } = await forum();
    await topic('deleted');
    expect((await platform.send(reply(), signal)).ok).toBe(true);
    const [message] = await bots(fake);
    expect(message?.text).toBe(`${GONE}the answer`);
    expect(message).not.toHaveProperty('thread');
    expect(message).not.toHaveProperty('replyTo');
  });

  it('R43 a topic that is closed: the same, and it is not led back there by what it answers', async () => {
    const { fake, topic, platform } = await forum();
    await topic('closed');
    expect((await platform.send(reply(), signal)).ok).toBe(true);
    const [message] = await bots(fake);
    expect(message?.text).toBe(`${CLOSED}the answer`);
    expect(message).not.toHaveProperty('thread');
  });

  it('R43 says of a forum in which nothing is left what was refused', async () => {
    const { topic, platform } = await forum();
    await topic('closed');
    await topic('closed', 1);
    const refused = await platform.send(reply(), signal);
    expect(refused).toMatchObject({ ok: false, kind: 'permanent' });
    expect((refused as { error: string }).error).toContain('TOPIC_CLOSED');
  });

  it('R43 General, which Telegram refuses by its number, is the chat', async () => {
    const { fake, platform } = await forum();
    const row = outbound({ address: address(GROUP, '1'), text: 'here' });
    expect((await platform.send(row, signal)).ok).toBe(true);
    expect((await bots(fake)).map((m) => m.text)).toEqual(['here']);
  });

  it('R43 a message that is gone is not answered but followed, in its topic', async () => {
    const { fake, platform } = await forum();
    const row = reply({ context: { message_id: 77, group: true } });
    expect((await platform.send(row, signal)).ok).toBe(true);
    const [message] = await bots(fake);
    expect(message).toMatchObject({ text: 'the answer', thread: 9 });
    expect(message).not.toHaveProperty('replyTo');
  });

  it('R43 a group that became a supergroup is followed, though its growing message is left behind', async () => {
    const fake = await fakeTelegram();
    await fake.say({ chat: GROUP, user: ANN, text: '@sluice_bot hi', type: 'group' });
    const platform = telegram(fake.url);
    const grown = await platform.send(outbound({ address: address(GROUP) }), signal);
    await fake.control('migrate', { chat: String(GROUP), to: '-200' });
    const row = outbound({
      address: address(GROUP),
      text: 'the answer',
      context: { message_id: 1, group: true },
      ...(grown.ok ? { platformId: grown.platformId as string } : {}),
    });
    expect((await platform.send(row, signal)).ok).toBe(true);
    expect(await fake.seen(-200)).toEqual(['the answer']);
  });

  it('R43 every part of a long reply says why it is where it is, and loses nothing for the line', async () => {
    const { fake, topic, platform } = await forum();
    await topic('deleted');
    const text = 'word '.repeat(1900).trim();
    const parts = platform.split(text);
    for (const [chunk, part] of parts.entries()) {
      const marked = `(You may have seen this before: the connection broke while it was sent.)\n\n${part}`;
      const row = reply({ text: marked, chunk, chunks: parts.length });
      expect((await platform.send(row, signal)).ok).toBe(true);
    }
    const seen = await bots(fake);
    expect(seen.every((m) => m.text.startsWith('(The topic is gone'))).toBe(true);
    expect(seen.map((m) => m.text.split('\n\n')[2]).join(' ')).toBe(text);
  });

  it('R43 R39 a topic that is deleted while the reply grows in it: one reply, in the chat', async () => {
    const { fake, topic, platform } = await forum();
    const host = new FakeHost();
    await platform.start(host);
    const lane = `telegram:default:${GROUP}:9:`;
    const turn = { lane, turn: 't1' };
    platform.progress?.({ type: 'started', ...turn, messages: ['m1'], session: 's', attempt: 1 });
    platform.progress?.({ type: 'text', ...turn, delta: 'the an' });
    const platformId = await eventually('it grows', () => host.store.placeholders.get('t1'));
    await topic('deleted');
    const send = courier(platform, 'resend-marked');
    expect(await send(reply({ turn: 't1', platformId }))).toMatchObject({ state: 'sent' });
    expect((await bots(fake)).map((m) => m.text)).toEqual([`${GONE}the answer`]);
  });

  it('R43 a question with buttons is asked in the chat when its topic is gone', async () => {
    const { fake, topic, platform } = await forum();
    await platform.start(new FakeHost());
    await topic('deleted');
    platform.progress?.({
      type: 'asked',
      lane: `telegram:default:${GROUP}:9:`,
      turn: 't1',
      question: { id: 'q', text: 'Run *it*?', options: [{ id: 'yes', label: 'Allow' }] },
    });
    const asked = await eventually('it is asked', async () => (await bots(fake))[0]);
    expect(asked).toMatchObject({ text: `${GONE}Run *it*?` });
    expect(asked.keyboard?.[0]?.[0]?.text).toBe('Allow');
  });
});

describe('what is proven of a reply whose place is gone', () => {
  it('R05 R43 cut off in the chat, it is sent once more with a mark, or held', async () => {
    const { fake, topic, platform } = await forum();
    await topic('deleted');
    await fake.arm({ method: 'sendMessage', kind: 'after', match: 'The topic is gone' });
    const send = courier(platform, 'resend-marked');
    expect(platform.sendClass(reply())).toBe('blind');
    expect(await send(reply())).toMatchObject({ state: 'ambiguous' });
    expect(await courier(platform, 'hold')(reply({ ambiguous: true }))).toMatchObject({
      state: 'failed',
    });
    expect(await bots(fake)).toHaveLength(1);
    expect(await send(reply({ ambiguous: true }))).toMatchObject({ state: 'sent' });
    const texts = (await bots(fake)).map((m) => m.text);
    expect(texts).toHaveLength(2);
    expect(texts[1]).toContain('may have seen this before');
  });

  it('R05 R43 a reply that was to replace a message which is gone cannot be proven: marked, or held', async () => {
    const { fake, topic, platform } = await forum();
    const replacing = reply({ platformId: '99', ambiguous: true });
    expect(platform.sendClass(replacing)).toBe('edits');
    await topic('deleted');
    expect(await courier(platform, 'hold')(replacing)).toMatchObject({ state: 'failed' });
    expect(await bots(fake)).toEqual([]);
    expect(await courier(platform, 'resend-marked')(replacing)).toMatchObject({ state: 'sent' });
    const [message] = await bots(fake);
    expect(message?.text).toMatch(/^\(The topic is gone.*\n\n\(You may have seen this before/);
  });

  it('R43 a late reply that was cut off is not taken for one that arrived, because its topic went', async () => {
    const { fake, topic, platform } = await forum();
    const context = { message_id: 2, group: true, at: Date.now() - 61_000 };
    const grown = await platform.send(reply({ kind: 'notice', text: '…' }), signal);
    const row = reply({ ...(grown.ok ? { platformId: grown.platformId as string } : {}), context });
    expect(platform.sendClass(row)).toBe('blind');
    await topic('deleted');
    const send = courier(platform, 'resend-marked');
    expect(await send({ ...row, ambiguous: true })).toMatchObject({ state: 'sent' });
    expect((await bots(fake)).map((m) => m.text.split('\n\n').at(-1))).toEqual(['the answer']);
  });
});
