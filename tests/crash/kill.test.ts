import { expect, it } from 'vitest';
import { spawnDaemon, startDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';
import { GateAgent } from '../harness/gate.ts';
import { FLAWLESS, Ledger, type LedgerOptions } from '../harness/ledger.ts';
import { tempDir } from '../harness/temp.ts';

/** A gateway with one turn in flight, which lasts until the gate is opened, and two messages behind it. */
async function working(options: LedgerOptions = {}) {
  const dir = tempDir();
  const gate = new GateAgent(dir);
  const daemon = await startDaemon({
    dir,
    config: gate.config,
    env: { SLUICE_BUSY_INPUT_MODE: 'queue' },
  });
  const ledger = new Ledger(daemon, options);
  const sending = ledger.terminal('gated', ['1', '2', '3']);
  await daemon.untilStatus(
    'works and has two waiting',
    (s) => s.activeTurns === 1 && s.queued === 2,
  );
  return { daemon, gate, ledger, sending };
}

it('R06 answers one turn in flight and two that wait, in order, after kill -9 of the only generation', async () => {
  const { daemon, gate, ledger, sending } = await working();
  await daemon.killGeneration();
  gate.open();
  await sending;
  expect(await ledger.judge()).toMatchObject({ sent: 3, ...FLAWLESS });
});

it('R15 R26 kill -9 of the supervisor ends its generations and their agents, and the next start adopts their work', async () => {
  const { daemon, gate, ledger, sending } = await working();
  daemon.killSupervisor();
  await daemon.exited;
  const next = spawnDaemon({ dir: daemon.dir, env: { SLUICE_BUSY_INPUT_MODE: 'queue' } });
  await next.ready();
  // Only what was started now lives: supervisor, generation and the agent of the turn it took up.
  await eventually(
    'what was left over is gone, and the turn runs',
    () => next.pids().length === 2 && gate.pids().length === 1,
  );
  gate.open();
  await sending;
  expect(await ledger.judge()).toMatchObject({ sent: 3, ...FLAWLESS });
});

it('R25 kill -9 of the agent fails its turn, which the person is told, and the lane goes on', async () => {
  const { gate, ledger, sending } = await working({ agentsDie: true });
  const [agent] = gate.pids();
  process.kill(agent as number, 'SIGKILL');
  gate.open();
  await sending;
  expect(await ledger.judge()).toMatchObject({ sent: 3, ...FLAWLESS });
  const told = ledger.replies.filter((text) => text.includes('SIGKILL'));
  expect(told).toHaveLength(1);
});

it('refuses no connection while nobody lives to take it: the backlog holds them', async () => {
  const daemon = await startDaemon();
  const ledger = new Ledger(daemon);
  await ledger.web('before', 1);
  await daemon.killGeneration();
  await ledger.web('after', 3);
  expect(ledger.refused).toBe(0);
  expect(await ledger.judge()).toMatchObject({ sent: 4, ...FLAWLESS });
  ledger.close();
});

it('the judge can fail: a client that retries under a fresh key is caught', async () => {
  const daemon = await startDaemon({
    env: { SLUICE_CRASH_AT: 'turn-ended:2@1' },
  });
  const ledger = new Ledger(daemon, { freshKeys: true });
  await ledger.web('careless', 3);
  const verdict = await ledger.judge();
  expect(verdict.twice).toBeGreaterThan(0);
  ledger.close();
});
