import { expect, it } from 'vitest';
import { spawnDaemon, startDaemon } from '../harness/daemon.ts';
import { FLAWLESS, Ledger } from '../harness/ledger.ts';

const QUEUED = { SLUICE_BUSY_INPUT_MODE: 'queue' };

it('R06 answers one turn in flight and two that wait, in order, after kill -9 of the only generation', async () => {
  const daemon = await startDaemon({ env: QUEUED });
  const ledger = new Ledger(daemon);
  const sending = ledger.terminal('chat', ['/busy 2', '/say', '/say']);
  await daemon.untilStatus(
    'works and has two waiting',
    (s) => s.activeTurns === 1 && s.queued === 2,
  );
  await daemon.killGeneration();
  await sending;
  expect(await ledger.judge()).toMatchObject({ sent: 3, ...FLAWLESS });
});

it('R15 R26 kill -9 of the supervisor ends its generations, and the next start adopts their work', async () => {
  const daemon = await startDaemon({ env: QUEUED });
  const ledger = new Ledger(daemon);
  const sending = ledger.terminal('chat', ['/busy 2', '/say', '/say']);
  await daemon.untilStatus(
    'works and has two waiting',
    (s) => s.activeTurns === 1 && s.queued === 2,
  );
  daemon.killSupervisor();
  await daemon.exited;
  await daemon.gone();
  const next = spawnDaemon({ dir: daemon.dir, env: QUEUED });
  await next.ready();
  await sending;
  expect(await ledger.judge()).toMatchObject({ sent: 3, ...FLAWLESS });
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
    env: { SLUICE_CRASH_AT: 'turn-ended:2', SLUICE_CRASH_GENERATION: '1' },
  });
  const ledger = new Ledger(daemon, { freshKeys: true });
  await ledger.web('careless', 3);
  const verdict = await ledger.judge();
  expect(verdict.twice).toBeGreaterThan(0);
  ledger.close();
});
