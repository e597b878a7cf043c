import { describe, expect, it } from 'vitest';
import { JournalUnavailable } from '../../../gateway/core/exit.ts';
import { createTerminal } from '../../../gateway/platforms/terminal/terminal.ts';
import { startGateway } from '../../harness/gateway.ts';
import { FakeHost } from '../fakeHost.ts';

const signal = new AbortController().signal;

async function shell() {
  const host = new FakeHost();
  const terminal = createTerminal();
  await terminal.start(host);
  return {
    host,
    terminal,
    say: async (id: string, text: string, session?: string) => {
      const message = { id, text, ...(session === undefined ? {} : { session }) };
      const { received, settled } = await terminal.say(message, signal);
      // Nobody answers in these tests.
      settled?.catch(() => {});
      return received;
    },
  };
}

describe('the terminal', () => {
  it('R01 says accepted only once the message is committed', async () => {
    const { host, say } = await shell();
    host.failing = 1;
    await expect(say('1', 'hello')).rejects.toThrow(JournalUnavailable);
    expect(host.texts).toEqual([]);
    expect(await say('1', 'hello')).toMatchObject({ accepted: true });
    expect(host.texts).toEqual(['hello']);
  });

  it('R02 takes the same delivery once, commands included', async () => {
    const { host, say } = await shell();
    await say('1', '/restart');
    expect(await say('1', '/restart')).toMatchObject({ duplicate: true });
    expect(host.texts).toEqual(['/restart']);
  });

  it('R05 R18 a reply takes effect by being in the transcript: whoever asks again gets it once', async () => {
    const terminal = createTerminal();
    const { journal } = await startGateway({ parts: () => ({ platforms: [terminal] }) });
    const ask = async () => {
      const { received, settled } = await terminal.say({ id: 'a', text: '/say once' }, signal);
      return { received, settled: await settled };
    };
    const first = await ask();
    expect(first.settled).toMatchObject({ outcome: 'answered', text: 'once' });
    const again = await ask();
    expect(again.received).toMatchObject({ duplicate: true });
    expect(again.settled).toMatchObject({ text: 'once' });
    const session = (first.received as { session: string }).session;
    expect(await journal.transcript(session, { limit: 9 })).toHaveLength(2);
  });

  it('R16 has no account that two could quarrel about: instances receive side by side', async () => {
    const { terminal } = await shell();
    expect(terminal.takeOver).toBe('shared');
  });

  it('R20 R31 keeps conversations of different names apart', async () => {
    const { host, say } = await shell();
    await say('1', 'one');
    await say('2', 'two', 'trip');
    expect(host.store.messages.map((m) => m.address.chat)).toEqual(['shell', 'trip']);
    expect(host.store.messages.every((m) => m.direct && m.sender.role === 'owner')).toBe(true);
  });

  it('R24 takes nothing before it is started, and says so', async () => {
    const terminal = createTerminal();
    expect(terminal.liveness().state).toBe('starting');
    await expect(terminal.say({ id: '1', text: 'hello' }, signal)).rejects.toThrow('starting');
  });
});
