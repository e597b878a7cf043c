import { describe, expect, it } from 'vitest';
import { fakeDiscord } from '../../fakes/discord/fake.ts';
import { DIRECT, GENERAL } from '../../fakes/discord/server.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost, outbound } from '../fakeHost.ts';
import { address, discord } from './bot.ts';

const ANN = '11';
const signal = new AbortController().signal;
const lane = `discord:default:${DIRECT}::${ANN}`;

describe('sending to Discord', () => {
  it('R05 shows a reply once that was cut off, by its nonce', async () => {
    const fake = await fakeDiscord();
    const row = outbound({ address: address(DIRECT), text: 'once' });
    const first = discord(fake.url);
    expect(first.sendClass(row)).toBe('key-on-send');
    await fake.arm({ method: 'POST messages', kind: 'after' });
    expect(await first.send(row, signal)).toMatchObject({ ok: false, kind: 'unknown' });
    const successor = discord(fake.url);
    expect((await successor.send({ ...row, ambiguous: true }, signal)).ok).toBe(true);
    expect(await fake.seen(DIRECT)).toEqual(['once']);
    const old = { ...row, createdAt: Date.now() - 200_000 };
    expect(successor.sendClass(old)).toBe('blind');
  });

  it('R05 tells what it knows of a failed send, and no more', async () => {
    const fake = await fakeDiscord();
    const platform = discord(fake.url);
    const send = (channel: string, text = 'x') =>
      platform.send(outbound({ address: address(channel), text }), signal);
    await fake.arm({ method: 'POST messages', kind: 'status-after', status: 502 });
    expect(await send(DIRECT)).toMatchObject({ ok: false, kind: 'unknown' });
    expect(await send('777')).toMatchObject({ ok: false, kind: 'permanent' });
    await fake.arm({ method: 'POST messages', kind: 'status', status: 429, retryAfter: 3 });
    const limited = await send(DIRECT);
    expect(limited).toMatchObject({ ok: false, kind: 'transient' });
    expect((limited as { retryAfterMs: number }).retryAfterMs).toBeGreaterThanOrEqual(3000);
    await fake.control('revoke', { revoked: true });
    expect(await send(GENERAL)).toMatchObject({
      ok: false,
      kind: 'transient',
      retryAfterMs: 300_000,
    });
    const later = discord(fake.url);
    await fake.stop();
    const refused = await later.send(outbound({ address: address(DIRECT) }), signal);
    expect(refused).toMatchObject({ ok: false, kind: 'transient' });
  });

  it('streams a reply into one placeholder that the gateway keeps, and finishes in it', async () => {
    const fake = await fakeDiscord();
    const host = new FakeHost();
    const platform = discord(fake.url);
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
    const id = await eventually('the placeholder is kept', () => host.store.placeholders.get('t1'));
    platform.progress?.({ type: 'text', lane, turn: 't1', delta: ' a time' });
    await eventually('it grows', async () => (await fake.seen(DIRECT))[0] === 'Once upon a time');
    const row = outbound({
      address: address(DIRECT),
      turn: 't1',
      text: 'Once. End.',
      platformId: id,
    });
    expect(platform.sendClass(row)).toBe('edits');
    expect(await platform.send(row, signal)).toEqual({ ok: true, platformId: id });
    expect(await platform.send(row, signal)).toEqual({ ok: true, platformId: id });
    expect(await fake.seen(DIRECT)).toEqual(['Once. End.']);
    expect((await fake.state()).typing[0]).toBe(DIRECT);
  });

  it('answers a slash command in its own place, and as a message when that is gone', async () => {
    const fake = await fakeDiscord();
    const host = new FakeHost();
    const platform = discord(fake.url);
    await platform.start(host);
    await eventually('live', () => platform.liveness().state === 'live');
    await fake.control('slash', { channel: DIRECT, user: ANN, name: 'help' });
    await eventually(
      'it is promised an answer',
      async () => (await fake.state()).callbacks.length === 1,
    );
    const [message] = host.store.messages;
    const row = outbound({
      address: address(DIRECT),
      kind: 'command',
      text: 'Help.',
      context: message!.context!,
    });
    expect(platform.sendClass(row)).toBe('edits');
    await platform.send(row, signal);
    await platform.send(row, signal);
    expect(await fake.seen(DIRECT)).toEqual(['Help.']);
    const gone = {
      ...row,
      id: 'other',
      text: 'Late.',
      context: { interaction: { token: 'none', at: Date.now() } },
    };
    expect((await platform.send(gone, signal)).ok).toBe(true);
    expect(await fake.seen(DIRECT)).toEqual(['Help.', 'Late.']);
  });

  it('asks a question with buttons and hands the answer on once', async () => {
    const fake = await fakeDiscord();
    const host = new FakeHost();
    const platform = discord(fake.url);
    await platform.start(host);
    await eventually('live', () => platform.liveness().state === 'live');
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
      (await fake.state()).messages.find((m) => m.components !== undefined),
    );
    const [row] = message.components as { components: { custom_id: string }[] }[];
    const press = {
      channel: DIRECT,
      user: ANN,
      data: row?.components[0]?.custom_id,
      message: message.id,
    };
    await fake.control('press', press);
    await fake.control('press', press);
    const { callbacks } = await eventually('both presses are answered', async () => {
      const state = await fake.state();
      return state.callbacks.length === 2 && state;
    });
    expect(host.answers).toEqual([['t1', 'q1', 'yes']]);
    expect(callbacks.map((c) => c.type)).toEqual([7, 4]);
  });

  it('calls nobody who is only written about, and points at the message on a server', async () => {
    const fake = await fakeDiscord();
    const platform = discord(fake.url);
    const { id } = await fake.say({ channel: GENERAL, user: ANN, text: 'hi', mention: true });
    await platform.send(
      outbound({ address: address(GENERAL), text: '@everyone', context: { message_id: id } }),
      signal,
    );
    expect((await fake.state()).messages.at(-1)).toMatchObject({
      content: '@everyone',
      reference: id,
    });
  });

  it('opens the files that people send, by a link that is asked for anew', async () => {
    const fake = await fakeDiscord();
    const host = new FakeHost();
    const platform = discord(fake.url);
    await platform.start(host);
    await eventually('live', () => platform.liveness().state === 'live');
    await fake.say({ channel: DIRECT, user: ANN, file: 'a.txt' });
    const message = await eventually('the file', () => host.store.messages[0]);
    const opened = await platform.open?.(message.attachments[0]!, signal);
    const chunks = [];
    for await (const chunk of opened!.body) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('content of a.txt');
  });
});
