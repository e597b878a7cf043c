import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const PAGE = 4096;
const PS_BOUND_MS = 2_000;

/**
 * Resident memory of process groups in bytes, by group. Shared pages count in each process, so the sum
 * is a little high. A group that is not running is absent; nothing at all where it cannot be read.
 */
export async function memoryOfGroups(): Promise<ReadonlyMap<number, number>> {
  const sums = new Map<number, number>();
  const add = (group: number, bytes: number) => sums.set(group, (sums.get(group) ?? 0) + bytes);
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of pids) {
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
      // The name, in parentheses, may hold anything: fields are counted from its last parenthesis.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields.length > 21) add(Number(fields[2]), Number(fields[21]) * PAGE);
    }
    return sums;
  }
  const ps = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,rss='], { timeout: PS_BOUND_MS })
    .then(({ stdout }) => stdout)
    .catch(() => '');
  for (const line of ps.split('\n')) {
    const [group, kib] = line.trim().split(/\s+/).map(Number);
    if (group !== undefined && kib !== undefined) add(group, kib * 1024);
  }
  return sums;
}
