import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { crashOneAfterAnother, UNDER_LOAD } from '../harness/crashes.ts';
import { spawnDaemon, startDaemon } from '../harness/daemon.ts';
import { FLAWLESS, Ledger, type Verdict } from '../harness/ledger.ts';
import { smallLoad } from '../harness/load.ts';

// Every passing of every point, and every victim. SOAK_PASSINGS bounds the passings (default: all of a
// small load), SOAK_POINTS names some points only.
const MOST = Number(process.env.SOAK_PASSINGS ?? 8);
const POINTS = UNDER_LOAD.filter(
  (point) => process.env.SOAK_POINTS?.split(',').includes(point) ?? true,
);
const QUEUED = { SLUICE_BUSY_INPUT_MODE: 'queue' };
const ECHO = fileURLToPath(new URL('../fakes/agents/program.ts', import.meta.url));

/** The supervisor dies at the point; the next run of the same command takes over, on the same port. */
async function killSupervisor(point: string): Promise<{ verdict: Verdict; died: boolean }> {
  const env = { ...QUEUED, SLUICE_CRASH_AT: `${point}=supervisor` };
  const daemon = await startDaemon({ env });
  const ledger = new Ledger(daemon);
  const sending = smallLoad(ledger, 1);
  let died = false;
  const runAgain = async () => {
    died = true;
    await daemon.gone();
    const env = { ...QUEUED, SLUICE_PORT: String(daemon.port) };
    await spawnDaemon({ dir: daemon.dir, env }).ready();
  };
  await Promise.race([daemon.exited, sending]);
  if (daemon.over) await runAgain();
  await sending;
  // It may die right after the last reply, while the judge reads.
  const verdict = await ledger.judge().catch(async (error: Error) => {
    if (died || !daemon.over) throw error;
    await runAgain();
    return ledger.judge();
  });
  ledger.close();
  return { verdict, died };
}

/** An agent's process dies at the point: its turn fails and says so, and everything else goes on. */
async function killAgent(point: string): Promise<{ verdict: Verdict; died: boolean }> {
  const command = JSON.stringify([process.execPath, ECHO, 'slow-echo']);
  const daemon = await startDaemon({
    config: `agents:\n  demo: { type: process, command: ${command} }\n`,
    env: { ...QUEUED, SLUICE_CRASH_AT: `${point}=agent` },
  });
  const ledger = new Ledger(daemon, { agentsDie: true });
  await Promise.all([1, 2, 3].map((n) => ledger.terminal(`shell-${n}`, ['/say', '/say', '/say'])));
  const verdict = await ledger.judge();
  return { verdict, died: ledger.replies.some((text) => text.includes('SIGKILL')) };
}

describe.each(POINTS)('at %s', (point) => {
  it('the gateway can be killed at each passing', async () => {
    let reached = 0;
    for (let nth = 1; nth <= MOST; nth++) {
      const verdict = await crashOneAfterAnother([`${point}:${nth}`]).catch(
        (error: Error) => error,
      );
      if (verdict instanceof Error && /proves nothing/.test(verdict.message)) break;
      expect(verdict, `${point}:${nth}`).toMatchObject(FLAWLESS);
      reached = nth;
    }
    expect(reached, 'never reached: this proves nothing').toBeGreaterThan(0);
  });

  it.each([
    ['the supervisor', killSupervisor],
    ['an agent', killAgent],
  ])('%s can be killed at each passing', async (_victim, kill) => {
    let reached = 0;
    for (let nth = 1; nth <= MOST; nth++) {
      const { verdict, died } = await kill(`${point}:${nth}`);
      expect(verdict, `${point}:${nth}`).toMatchObject(FLAWLESS);
      if (!died) break;
      reached = nth;
    }
    expect(reached, 'never reached: this proves nothing').toBeGreaterThan(0);
  });
});
