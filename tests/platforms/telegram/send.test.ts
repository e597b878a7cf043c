import { describe, expect, it } from 'vitest';
import { fakeTelegram } from '../../fakes/telegram/fake.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost, outbound } from '../fakeHost.ts';
import { address, telegram } from './bot.ts';

const ANN = 11;
const signal = new AbortController().signal;
const lane = `telegram:default:${ANN}::${ANN}`;

/** A fake in which Ann has written, so that her chat exists. */
async function chatting() {
  const fake = await fakeTelegram();
  await fake.say({ chat: ANN, user: ANN, text: 'hi' });
  return fake;
}

describe('sending to Telegram', () => {
  it('renders Markdown, and sends what Telegram cannot read as it was written', async () => {
    const fake = await chatting();
    const platform = telegram(fake.url);
    const row = outbound({ address: address(ANN), text: '**bold** `a < b` & [x](https://x.org)' });
    expect(await platform.send(row, signal)).toEqual({ ok: true, platformId: '2' });
    await fake.arm({
      method: 'sendMessage',
      kind: 'status',
      status: 400,
      description: "Bad Request: can't parse entities: no",
    });
    expect((await platform.send(row, signal)).ok).toBe(true);
    expect(await fake.seen(ANN)).toEqual([
      'bold a < b & x',
      '**bold** `a < b` & [x](https://x.org)',
    ]);
  });

  it('R05 tells what it knows of a failed send, and no more', async () => {
    const fake = await chatting();
    const platform = telegram(fake.url);
    const send = (chat = ANN) => platform.send(outbound({ address: address(chat) }), signal);
    const fault = { method: 'sendMessage' } as const;
    await fake.arm({
      ...fault,
      kind: 'status',
      status: 429,
      description: 'Too Many Requests',
      retryAfter: 1,
    });
    expect(await send()).toMatchObject({ ok: false, kind: 'transient', retryAfterMs: 1000 });
    await fake.say({ chat: 12, user: 12, text: 'hi' });
    await fake.arm({ ...fault, kind: 'after' });
    expect(await send(12)).toMatchObject({ ok: false, kind: 'unknown' });
    await fake.arm({ ...fault, kind: 'status-after', status: 502 });
    expect(await send(12)).toMatchObject({ ok: false, kind: 'unknown' });
    expect((await fake.seen(12)).length).toBe(2);
    expect(await send(403)).toMatchObject({ ok: false, kind: 'permanent' });
    expect(await send(404)).toMatchObject({ ok: false, kind: 'permanent' });
    await fake.stop();
    expect(await send(12)).toMatchObject({ ok: false, kind: 'transient' });
  });

  it('sends nothing into a silence that Telegram asked for', async () => {
    const fake = await chatting();
    const platform = telegram(fake.url);
    await fake.arm({ method: 'sendMessage', kind: 'status', status: 429, retryAfter: 30 });
    await platform.send(outbound({ address: address(ANN) }), signal);
    const again = await platform.send(outbound({ address: address(ANN) }), signal);
    expect(again).toMatchObject({ ok: false, kind: 'transient' });
    expect((await fake.state()).calls.filter((c) => c.method === 'sendMessage').length).toBe(1);
  });

  it('keeps a row for a better token, and says that this one is not known', async () => {
    const fake = await chatting();
    const platform = telegram(fake.url);
    await fake.control('revoke', { revoked: true });
    const result = await platform.send(outbound({ address: address(ANN) }), signal);
    expect(result).toMatchObject({ ok: false, kind: 'transient', retryAfterMs: 300_000 });
  });

  it('streams a reply into one placeholder that the gateway keeps, and finishes in it', async () => {
    const fake = await chatting();
    const host = new FakeHost();
    const platform = telegram(fake.url);
    await platform.start(host);
    platform.progress?.({
      type: 'started',
      lane,
      turn: 't1',
      messages: ['m1'],
      session: 's',
      attempt: 1,
    });
    platform.progress?.({ type: 'text', lane, turn: 't1', delta: 'Once upon' });
    await eventually('the placeholder is kept', () => host.store.placeholders.get('t1'));
    platform.progress?.({ type: 'text', lane, turn: 't1', delta: ' a time' });
    await eventually('it grows', async () => (await fake.seen(ANN))[0] === 'Once upon a time');
    const row = outbound({
      address: address(ANN),
      turn: 't1',
      text: 'Once upon a time. End.',
      platformId: '2',
    });
    expect(platform.sendClass(row)).toBe('edits');
    expect(await platform.send(row, signal)).toEqual({ ok: true, platformId: '2' });
    expect(await platform.send(row, signal)).toEqual({ ok: true, platformId: '2' });
    expect(await fake.seen(ANN)).toEqual(['Once upon a time. End.']);
    expect((await fake.state()).actions[0]).toEqual({ chat: '11', action: 'typing' });
  });

  it('R05 shows a reply once that was cut off while it replaced its placeholder', async () => {
    const fake = await chatting();
    const row = outbound({ address: address(ANN), turn: 't1', text: 'The answer.' });
    const first = telegram(fake.url);
    const sent = await first.send({ ...row, kind: 'notice', text: '…' }, signal);
    const replacing = { ...row, platformId: sent.ok ? (sent.platformId as string) : '' };
    await fake.arm({ method: 'editMessageText', kind: 'after' });
    expect(await first.send(replacing, signal)).toMatchObject({ ok: false, kind: 'unknown' });
    const successor = telegram(fake.url);
    expect((await successor.send({ ...replacing, ambiguous: true }, signal)).ok).toBe(true);
    expect(await fake.seen(ANN)).toEqual(['The answer.']);
  });

  it('R05 sends a reply anew, to notify, that took long; cut off by a crash it shows once all the same', async () => {
    const fake = await chatting();
    const first = telegram(fake.url);
    const growing = async () => {
      const sent = await first.send(outbound({ address: address(ANN), kind: 'notice' }), signal);
      return sent.ok ? (sent.platformId as string) : '';
    };
    const late = (platformId: string, text: string) =>
      outbound({
        address: address(ANN),
        turn: text,
        text,
        platformId,
        context: { message_id: 1, group: false, at: Date.now() - 61_000 },
      });
    const row = late(await growing(), 'At last.');
    expect(first.sendClass(row)).toBe('blind');
    expect(first.sendClass({ ...row, context: { at: Date.now() } })).toBe('edits');
    expect(await first.send(row, signal)).toEqual({ ok: true, platformId: '3' });
    expect(await fake.seen(ANN)).toEqual(['At last.']);
    // The crash came after the new message had replaced the growing one, and before that was written.
    const successor = telegram(fake.url);
    const marked = { ...row, ambiguous: true, text: '(again) At last.' };
    expect(await successor.send(marked, signal)).toEqual({ ok: true });
    expect(await fake.seen(ANN)).toEqual(['At last.']);
    // It came before the new message: the growing one takes the text.
    const other = { ...late(await growing(), '(again) Here.'), ambiguous: true };
    expect((await successor.send(other, signal)).ok).toBe(true);
    expect(await fake.seen(ANN)).toEqual(['At last.', '(again) Here.']);
  });

  it('sends a reply anew whose placeholder a person has deleted', async () => {
    const fake = await chatting();
    const row = outbound({ address: address(ANN), text: 'Here.', platformId: '99' });
    expect((await telegram(fake.url).send(row, signal)).ok).toBe(true);
    expect(await fake.seen(ANN)).toEqual(['Here.']);
  });

  it('takes up the placeholder of an earlier attempt instead of leaving two', async () => {
    const fake = await chatting();
    const host = new FakeHost();
    const platform = telegram(fake.url);
    const sent = await platform.send(
      outbound({ address: address(ANN), kind: 'notice', text: 'half' }),
      signal,
    );
    host.store.placeholders.set('t1', sent.ok ? (sent.platformId as string) : '');
    await platform.start(host);
    platform.progress?.({
      type: 'started',
      lane,
      turn: 't1',
      messages: ['m1'],
      session: 's',
      attempt: 2,
    });
    platform.progress?.({ type: 'text', lane, turn: 't1', delta: 'again from the start' });
    await eventually(
      'it is reused',
      async () => (await fake.seen(ANN))[0] === 'again from the start',
    );
    expect(await fake.seen(ANN)).toHaveLength(1);
  });

  it('removes the placeholder of a turn that was stopped before it said anything', async () => {
    const fake = await chatting();
    const host = new FakeHost();
    const platform = telegram(fake.url);
    await platform.start(host);
    const step = { id: '1', name: 'search', state: 'started' as const };
    platform.progress?.({
      type: 'started',
      lane,
      turn: 't1',
      messages: ['m1'],
      session: 's',
      attempt: 1,
    });
    platform.progress?.({ type: 'step', lane, turn: 't1', step });
    await eventually('the step is shown', async () => (await fake.seen(ANN))[0] === '⏳ search');
    platform.progress?.({ type: 'ended', lane, turn: 't1', end: 'cancelled' });
    platform.progress?.({ type: 'settled', lane, message: 'm1', outcome: 'cancelled', text: '' });
    await eventually('it is gone', async () => (await fake.seen(ANN)).length === 0);
  });

  it('answers in the topic, and in groups to the message', async () => {
    const fake = await chatting();
    await fake.say({ chat: -100, user: ANN, text: '@sluice_bot hi', thread: 9 });
    const row = outbound({ address: address(-100, '9'), context: { message_id: 1, group: true } });
    await telegram(fake.url).send(row, signal);
    const { messages } = await fake.state();
    expect(messages.at(-1)).toMatchObject({ chat: '-100', thread: 9, replyTo: 1 });
  });

  it('R21 the buttons of an earlier instance answer the question that the next one asks again', async () => {
    const fake = await chatting();
    const asked = {
      type: 'asked',
      lane,
      turn: 't1',
      question: { id: 'q1', text: 'Run it?', options: [{ id: 'yes', label: 'Allow' }] },
    } as const;
    const before = telegram(fake.url);
    await before.start(new FakeHost());
    before.progress?.(asked);
    const message = await eventually('the question', async () =>
      (await fake.state()).messages.find((m) => m.keyboard !== undefined),
    );
    await before.close();
    const host = new FakeHost();
    const after = telegram(fake.url);
    await after.start(host);
    after.progress?.({ ...asked, again: true });
    const data = message.keyboard?.[0]?.[0]?.callback_data as string;
    await fake.control('press', { chat: '11', user: ANN, data, message: message.id });
    await eventually('it is answered', () => host.answers.length === 1);
    expect(host.answers).toEqual([['t1', 'q1', 'yes']]);
    expect((await fake.state()).messages.filter((m) => m.text === 'Run it?')).toHaveLength(1);
  });

  it('asks a question with buttons and hands the answer on once', async () => {
    const fake = await chatting();
    const host = new FakeHost();
    const platform = telegram(fake.url);
    await platform.start(host);
    const options = [
      { id: 'yes', label: 'Allow' },
      { id: 'no', label: 'Deny' },
    ];
    platform.progress?.({
      type: 'asked',
      lane,
      turn: 't1',
      question: { id: 'q1', text: 'Run it?', options },
    });
    const message = await eventually('the question', async () =>
      (await fake.state()).messages.find((m) => m.keyboard !== undefined),
    );
    const data = message.keyboard?.[1]?.[0]?.callback_data as string;
    await fake.control('press', { chat: '11', user: ANN, data, message: message.id });
    await fake.control('press', { chat: '11', user: ANN, data, message: message.id });
    await eventually(
      'both presses are answered',
      async () => (await fake.state()).callbacks.length === 2,
    );
    expect(host.answers).toEqual([['t1', 'q1', 'no']]);
    expect((await fake.state()).callbacks[1]?.text).toContain('no longer open');
  });

  it('opens the files that people send', async () => {
    const fake = await chatting();
    const host = new FakeHost();
    const platform = telegram(fake.url);
    await platform.start(host);
    await fake.say({ chat: ANN, user: ANN, document: 'a.txt' });
    const message = await eventually('the document', () =>
      host.store.messages.find((m) => m.attachments.length > 0),
    );
    const opened = await platform.open?.(message.attachments[0]!, signal);
    const chunks = [];
    for await (const chunk of opened!.body) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('content of a.txt');
    expect(opened?.type).toBe('text/plain');
    const missing = { kind: 'document' as const, ref: 'no such file' };
    await expect(platform.open?.(missing, signal)).rejects.toThrow('does not give the file away');
  });
});
