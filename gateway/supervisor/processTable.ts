import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process as the kernel tells it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly group: number;
  /** Opaque; equal iff it is the same process. */
  readonly startTime: string;
}

/** The process `pid`, or undefined when there is none (a zombie counts as none). */
export function processEntry(pid: number): ProcessEntry | undefined {
  if (process.platform !== 'linux') return entryByPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything: fields are counted from its last parenthesis.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, , group] = fields;
    const startTime = fields[19];
    if (state === 'Z' || group === undefined || startTime === undefined) return undefined;
    return { pid, group: Number(group), startTime };
  } catch {
    return undefined;
  }
}

/** The start time of a process, for `AgentChild`; undefined when it has ended. */
export function startTimeOf(pid: number): string | undefined {
  return processEntry(pid)?.startTime;
}

/** The value of a variable in the environment a process was started with; undefined if not readable. */
export function variableOf(pid: number, name: string): string | undefined {
  try {
    const environ =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        : ps(pid, ['-E', '-o', 'command=']).split(' ');
    const prefix = `${name}=`;
    return environ.find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
  } catch {
    return undefined;
  }
}

/** All processes whose ids can be listed; on a system without /proc only as far as `ps` tells. */
export function allPids(): number[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0);
  }
  const { stdout } = spawnSync('ps', ['-x', '-o', 'pid='], { encoding: 'utf8', timeout: 2_000 });
  return (stdout ?? '')
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

function entryByPs(pid: number): ProcessEntry | undefined {
  const line = ps(pid, ['-o', 'stat=,pgid=,lstart=']).trim();
  const match = /^(\S+)\s+(\d+)\s+(.+)$/.exec(line);
  if (match === null || match[1]?.startsWith('Z')) return undefined;
  return { pid, group: Number(match[2]), startTime: String(match[3]) };
}

function ps(pid: number, args: string[]): string {
  const { stdout } = spawnSync('ps', [...args, '-p', String(pid)], {
    encoding: 'utf8',
    timeout: 2_000,
  });
  return stdout ?? '';
}
