import { describe, expect, it } from 'vitest';
import type { Outbound } from '../../../gateway/core/outbox.ts';
import { type FakeDiscord, fakeDiscord } from '../../fakes/discord/fake.ts';
import { BOT, GENERAL } from '../../fakes/discord/server.ts';
import { eventually } from '../../harness/eventually.ts';
import { courier } from '../courier.ts';
import { FakeHost, outbound } from '../fakeHost.ts';
import { address, discord } from './bot.ts';

const ANN = '11';
const THREAD = '777';
const signal = new AbortController().signal;
const GONE = '(The thread is gone, so this comes here.)\n\n';
const CLOSED = '(The thread is closed, so this comes here.)\n\n';

/** A thread in which Ann has written to a bot that may manage none. */
async function threaded({ type = 11, options = {} } = {}) {
  const fake = await fakeDiscord();
  await fake.control('rights', { permissions: '0' });
  await fake.control('open', { id: THREAD, type, parent_id: GENERAL, owner_id: BOT });
  const { id } = await fake.say({ channel: THREAD, user: ANN, text: 'hi' });
  const thread = (state: 'archived' | 'locked' | 'closed' | 'deleted') =>
    fake.control('thread', { id: THREAD, state });
  const reply = (row: Partial<Outbound> = {}) =>
    outbound({
      address: address(GENERAL, THREAD),
      text: 'the answer',
      context: { message_id: id },
      ...row,
    });
  return { fake, thread, reply, platform: discord(fake.url, { options }) };
}

const bots = async (fake: FakeDiscord) =>
  (await fake.state()).messages.filter((m) => m.bot && !m.deleted);
const seen = async (fake: FakeDiscord) =>
  (await bots(fake)).map((m) => [m.channel, m.content] as const);

describe('a place on Discord that is gone', () => {
  it('R43 a thread that was deleted: the reply comes in its channel, and says so', async () => {
    const { fake, thread, reply, platform } = await threaded();
    await thread('deleted');
    expect((await platform.send(reply(), signal)).ok).toBe(true);
    const [message] = await bots(fake);
    expect(message).toMatchObject({ channel: GENERAL, content: `${GONE}the answer` });
    expect(message).not.toHaveProperty('reference');
  });

  it('R43 a thread in the archive is taken out of it', async () => {
    const { fake, thread, reply, platform } = await threaded();
    await thread('archived');
    expect((await platform.send(reply(), signal)).ok).toBe(true);
    expect(await seen(fake)).toEqual([[THREAD, 'the answer']]);
  });

  it('R43 a locked thread: opened again by a bot that may, else the channel', async () => {
    const { fake, thread, reply, platform } = await threaded();
    for (const state of ['closed', 'locked'] as const) {
      await thread(state);
      expect((await platform.send(reply(), signal)).ok).toBe(true);
    }
    expect(await seen(fake)).toEqual([
      [GENERAL, `${CLOSED}the answer`],
      [GENERAL, `${CLOSED}the answer`],
    ]);
    await thread('closed');
    await fake.control('rights', { permissions: String(1n << 34n) });
    expect((await platform.send(reply(), signal)).ok).toBe(true);
    expect((await seen(fake)).at(-1)).toEqual([THREAD, 'the answer']);
  });

  it('R43 a channel that was deleted with its thread is a dead letter that says so', async () => {
    const { reply, platform } = await threaded();
    const row = reply({ address: address('778', '779') });
    expect(await platform.send(row, signal)).toMatchObject({
      ok: false,
      kind: 'permanent',
      error: expect.stringContaining('Unknown Channel'),
    });
  });

  it('R43 what was said among invited people is not shown to the whole channel', async () => {
    const { fake, thread, platform } = await threaded({ type: 12 });
    const host = new FakeHost();
    await platform.start(host);
    await eventually('live', () => platform.liveness().state === 'live');
    await fake.say({ channel: THREAD, user: ANN, text: 'a secret' });
    const message = await eventually('it is heard', () => host.store.messages[0]);
    await thread('deleted');
    const row = outbound({ address: message.address, context: message.context ?? null });
    expect(await platform.send(row, signal)).toMatchObject({ ok: false, kind: 'permanent' });
    expect(await bots(fake)).toEqual([]);
  });

  it('R43 a conversation’s own thread that is deleted: the channel, below the message that opened it', async () => {
    const { fake, platform } = await threaded({ options: { threads: true } });
    const { id } = await fake.say({ channel: GENERAL, user: ANN, text: 'hi', mention: true });
    const row = outbound({
      address: address(GENERAL, id),
      text: 'the answer',
      context: { message_id: id },
    });
    expect((await platform.send(row, signal)).ok).toBe(true);
    expect(await seen(fake)).toEqual([[id, 'the answer']]);
    await fake.control('thread', { id, state: 'deleted' });
    expect((await platform.send({ ...row, id: 'next' }, signal)).ok).toBe(true);
    const [message] = await bots(fake);
    expect(message).toMatchObject({
      channel: GENERAL,
      content: `${GONE}the answer`,
      reference: id,
    });
  });

  it('R43 R39 a thread that is closed while the reply grows in it: the reply comes in the channel', async () => {
    const { fake, thread, reply, platform } = await threaded();
    const grown = await platform.send(reply({ kind: 'notice', text: 'the an' }), signal);
    const platformId = grown.ok ? (grown.platformId as string) : '';
    await thread('archived');
    expect((await platform.send(reply({ platformId, text: 'one' }), signal)).ok).toBe(true);
    expect(await seen(fake)).toEqual([[THREAD, 'one']]);
    await thread('closed');
    expect((await platform.send(reply({ platformId, text: 'two' }), signal)).ok).toBe(true);
    expect((await seen(fake)).at(-1)).toEqual([GENERAL, `${CLOSED}two`]);
  });

  it('R43 a question with buttons is asked in the channel when its thread is gone', async () => {
    const { fake, thread, platform } = await threaded();
    await platform.start(new FakeHost());
    await thread('deleted');
    platform.progress?.({
      type: 'asked',
      lane: `discord:default:${GENERAL}:${THREAD}:`,
      turn: 't1',
      question: { id: 'q', text: 'Run it?', options: [{ id: 'yes', label: 'Allow' }] },
    });
    const asked = await eventually('it is asked', async () => (await bots(fake))[0]);
    expect(asked).toMatchObject({ channel: GENERAL, content: `${GONE}Run it?` });
    expect(asked.components).toHaveLength(1);
  });

  it('R43 has room for the line and the mark', async () => {
    const { fake, thread, platform, reply } = await threaded();
    await thread('deleted');
    const [part = ''] = platform.split('word '.repeat(900));
    const marked = `(You may have seen this before: the connection broke while it was sent.)\n\n${part}`;
    expect((await platform.send(reply({ text: marked }), signal)).ok).toBe(true);
    expect((await seen(fake))[0]?.[1]).toBe(`${GONE}${marked}`);
  });
});

describe('what is proven of a reply whose place is gone', () => {
  it('R05 R43 cut off in the channel it shows once, by its nonce', async () => {
    const { fake, thread, reply, platform } = await threaded();
    await thread('deleted');
    await fake.arm({ method: 'POST messages', kind: 'after', match: 'The thread is gone' });
    const row = reply();
    const send = courier(platform, 'resend-marked');
    expect(await send(row)).toMatchObject({ state: 'ambiguous' });
    expect(await send({ ...row, ambiguous: true })).toMatchObject({ state: 'sent' });
    expect(await seen(fake)).toEqual([[GENERAL, `${GONE}the answer`]]);
  });

  it('R05 R43 one that was to replace a message which is gone: by its nonce, later marked or held', async () => {
    const { fake, thread, reply, platform } = await threaded();
    await thread('deleted');
    const row = reply({ platformId: '99', ambiguous: true });
    expect(platform.sendClass(row)).toBe('edits');
    const send = courier(platform, 'resend-marked');
    expect(await send(row)).toMatchObject({ state: 'sent' });
    expect(await send(row)).toMatchObject({ state: 'sent' });
    expect(await seen(fake)).toEqual([[GENERAL, `${GONE}the answer`]]);
    const late = reply({ platformId: '99', ambiguous: true, createdAt: Date.now() - 200_000 });
    expect(await courier(platform, 'hold')(late)).toMatchObject({ state: 'failed' });
    expect(await send(late)).toMatchObject({ state: 'sent' });
    expect((await seen(fake))[1]?.[1]).toContain('may have seen this before');
  });
});
