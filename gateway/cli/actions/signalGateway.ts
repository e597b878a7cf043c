import { readFileSync } from 'node:fs';
import type { Status } from '../../core/status.ts';
import { readStatus, type StatusReading } from '../../observe/statusFile.ts';

/** Clocks of the system and of the process table differ by parts of a second. */
const SLACK_MS = 2_000;

/**
 * The processes of a home's gateway, the one that signals go to first: its parent, or it itself where
 * it has none. Only those that certainly are it; a recycled id is never used (R15).
 */
export function gatewayPids(home: string, now: number = Date.now()): number[] {
  const reading = readStatus(home, now);
  if (reading.freshness === 'unknown' || reading.status.state === 'stopped') return [];
  const { pid } = reading.status;
  const supervisor = reading.status.supervisor ?? parentOf(pid);
  return [supervisor, pid].filter((id) => id !== undefined && certain(id, reading)) as number[];
}

/** Signals the gateway of a home. False: there is no process that certainly is it. */
export function signalGateway(home: string, signal: 'SIGUSR1' | 'SIGTERM' | 'SIGKILL'): boolean {
  const pids = gatewayPids(home);
  const told = signal === 'SIGKILL' ? pids : pids.slice(0, 1);
  return told.map((pid) => send(pid, signal)).some((done) => done);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * The id was the gateway's when the instance started, so a process that began before then is the
 * gateway's still. Where the system does not say when a process began, a beating file must do.
 */
function certain(pid: number, reading: StatusReading & { status: Status }): boolean {
  const began = processStart(pid);
  if (began !== undefined) return began <= reading.status.startedAt + SLACK_MS;
  return process.platform !== 'linux' && reading.freshness === 'live' && send(pid, 0);
}

/** The parent of a process that said nothing of it; undefined for an orphan. */
function parentOf(pid: number): number | undefined {
  const parent = Number(statOf(pid)?.[1]);
  return parent > 1 ? parent : undefined;
}

/** When a process began, epoch milliseconds; undefined where there is none, or no /proc. */
function processStart(pid: number): number | undefined {
  const fields = statOf(pid);
  // Z: it has ended and is not reaped.
  if (fields === undefined || fields[0] === 'Z') return undefined;
  const boot = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
  // In ticks of 10 ms since boot.
  const began = boot * 1000 + Number(fields[19]) * 10;
  return Number.isFinite(began) ? began : undefined;
}

/** proc(5), from the third field (the state) on: the name before it may itself hold spaces. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
