import { ConnectionLost, controlClient, NotRunning } from '../../control/client.ts';
import type { Status } from '../../core/status.ts';
import { readStatus } from '../../observe/statusFile.ts';

/**
 * What can be known of a home's gateway. `freshness` says how far it may be believed:
 * live (the process answered, or its file beats), stale (true once; nobody answers), unknown.
 */
export interface Observed {
  readonly freshness: 'live' | 'stale' | 'unknown';
  readonly source: 'socket' | 'file' | 'none';
  /** Absent iff unknown. Where stale, its state is `stopped`, and `lastState` what it said last. */
  readonly status?: Status;
  readonly lastState?: Status['state'];
  /** Age of a status from the file. */
  readonly ageMs?: number;
  /** Why the socket did not answer, for people. */
  readonly problem?: string;
}

/** Asks the process; where nobody answers, its status file. */
export async function observe(home: string, now: () => number = Date.now): Promise<Observed> {
  let problem: Error;
  try {
    const status = await controlClient(home, { timeoutMs: 5_000 }).status();
    return { freshness: 'live', source: 'socket', status };
  } catch (error) {
    if (!(error instanceof NotRunning || error instanceof ConnectionLost)) throw error;
    problem = error;
  }
  const reading = readStatus(home, now());
  if (reading.freshness === 'unknown') {
    return { freshness: 'unknown', source: 'none', problem: problem.message };
  }
  const { status, ageMs } = reading;
  const silent =
    status.state !== 'stopped' && !(reading.freshness === 'live' && exists(status.pid));
  if (!silent)
    return { freshness: 'live', source: 'file', status, ageMs, problem: problem.message };
  return {
    freshness: 'stale',
    source: 'file',
    status: {
      ...status,
      state: 'stopped',
      ready: false,
      reasons: [`it said last that it was ${status.state}, and nobody answers`],
      activeTurns: 0,
      turns: [],
    },
    lastState: status.state,
    ageMs,
    problem: problem.message,
  };
}

/** Whether a process has this id. It need not be ours: only ever used to doubt, never to believe. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
