import { expect, it } from 'vitest';
import { ConnectionLost } from '../../gateway/control/client.ts';
import { ask, replyOf } from '../harness/ask.ts';
import { type Daemon, spawnDaemon, startDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';
import { GateAgent, HELD_REPLY } from '../harness/gate.ts';
import { tempDir } from '../harness/temp.ts';

it('R04 R12 a stop lets the turn in flight end, delivers its reply, and ends with 0', async () => {
  const { daemon, gate } = await gated();
  const reply = ask(daemon.port, { text: 'last', model: 'gate', session: 'last' });
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  daemon.signal('SIGTERM');
  await daemon.untilStatus('drains', (s) => s.state === 'draining');
  gate.open();
  const answer = await reply;
  expect(answer.status).toBe(200);
  expect(replyOf(answer)).toBe(HELD_REPLY);
  expect(await daemon.ended()).toBe(0);
  await daemon.gone();
});

it('R08 R26 a second signal ends the wait; the cut turn is taken up at the next start', async () => {
  const { daemon, gate } = await gated();
  const ids = { text: 'cut', model: 'gate', session: 'cut', key: 'cut-1' };
  const cut = ask(daemon.port, ids).catch((error: Error) => error);
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  daemon.signal('SIGTERM');
  await daemon.untilStatus('drains', (s) => s.state === 'draining');
  daemon.signal('SIGTERM');
  expect(await daemon.ended()).toBe(0);
  const first = await cut;
  if (!(first instanceof Error)) expect(first.status).toBe(503);

  gate.open();
  const next = await spawnDaemon({ dir: daemon.dir }).ready();
  const answer = await ask(next.port, ids);
  expect(replyOf(answer)).toBe(HELD_REPLY);
});

it('R27 a turn that ignores its abort does not hold a forced stop up for ever', async () => {
  const daemon = await startDaemon({ config: 'agent:\n  interrupt_grace: 1\n' });
  void ask(daemon.port, { text: '/stubborn 600', session: 'stubborn' }).catch(() => {});
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  await daemon.client.stop({ by: 'test', force: true });
  expect(await daemon.ended()).toBe(0);
});

it('R19 stacks draining generations: a long turn in the first stops no later restart, and is still in reach', async () => {
  const { daemon, gate } = await gated();
  const long = ask(daemon.port, { text: 'long', model: 'gate', session: 'long', withinMs: 60_000 });
  const first = settled(daemon, 'first', 'work');
  first.catch(() => {});
  await daemon.untilStatus('works', (s) => s.activeTurns === 2);
  let second: Promise<string> | undefined;
  for (let n = 2; n <= 4; n++) {
    await daemon.client.restart({ by: 'test' });
    const status = await daemon.untilStatus(
      `is at generation ${n}`,
      (s) => s.generation === n && s.ready,
    );
    expect(status.others).toContainEqual(expect.objectContaining({ generation: 1, turns: 2 }));
    expect(replyOf(await ask(daemon.port, { text: `/say ${n}`, session: 'short' }))).toBe(`${n}`);
    // A follow-up interrupts nothing (the mode is `interrupt`): it waits for the turn of generation 1.
    second ??= settled(daemon, 'second', '/say after');
  }
  const told = await settled(daemon, 'status', '/status');
  expect(told).toContain('generation 1');
  expect(await settled(daemon, 'stop', '/stop')).toBe('Stopped.');
  await daemon.until('has ended the turn of generation 1', async () => {
    const { others } = await daemon.status();
    return others.some((o) => o.generation === 1 && o.turns === 1);
  });
  gate.open();
  expect(await second).toBe(HELD_REPLY);
  expect(replyOf(await long)).toBe(HELD_REPLY);
  await daemon.untilStatus('is alone', (s) => s.others.length === 0);
  await eventually('only supervisor and generation are left', () => daemon.pids().length === 2);
}, 60_000);

async function gated(): Promise<{ daemon: Daemon; gate: GateAgent }> {
  const dir = tempDir();
  const gate = new GateAgent(dir);
  return { gate, daemon: await startDaemon({ dir, config: gate.config }) };
}

/** The text that settles a message from the shell. Its sender asks again where a generation leaves before. */
async function settled(daemon: Daemon, id: string, text: string): Promise<string> {
  return daemon.until(`settles ${text}`, async () => {
    try {
      for await (const line of daemon.client.send({ id, text, session: 'gated' }))
        if ('settled' in line) return line.settled.text;
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
    return undefined;
  });
}
