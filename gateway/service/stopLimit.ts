import { readFileSync } from 'node:fs';
import type { Environment } from '../config/environment.ts';
import type { Run } from './command.ts';
import { installedUnit, unitOfCgroup } from './installedUnit.ts';
import { exitTimeOut, installedPlist } from './launchdPlist.ts';

/** How long whoever runs a process waits between TERM and KILL. */
export interface StopLimit {
  /** Seconds; Infinity where it waits for ever. */
  readonly seconds: number;
  /** What says so, and how it is raised; for people. */
  readonly where: string;
}

/** Tells of a limit that cannot be asked for: a container's, which only its manifest knows. */
export const STOP_LIMIT_VARIABLE = 'SLUICE_STOP_LIMIT';

/**
 * The limit of what started this process, read from the unit as it is *installed* (R10): systemd's
 * own view with every drop-in, launchd's property list, or what a container's manifest says in
 * `SLUICE_STOP_LIMIT`. Undefined where nobody is above, or nobody can be asked. Never throws.
 */
export async function stopLimit(
  env: Environment,
  run: Run,
  cgroup: string = readText('/proc/self/cgroup'),
): Promise<StopLimit | undefined> {
  const told = Number(env[STOP_LIMIT_VARIABLE] || Number.NaN);
  if (told >= 0) {
    return { seconds: told, where: `the container's stop limit and ${STOP_LIMIT_VARIABLE}` };
  }
  const label = env.XPC_SERVICE_NAME;
  if (label && label !== '0') {
    const plist = installedPlist(label, env);
    const seconds = plist === undefined ? undefined : exitTimeOut(plist.text);
    if (plist === undefined || seconds === undefined) return undefined;
    return { seconds, where: `ExitTimeOut in ${plist.path} (by \`sluice service install\`)` };
  }
  if (!env.INVOCATION_ID) return undefined;
  const own = unitOfCgroup(cgroup);
  const unit = own && (await installedUnit(own.unit, own.scope, run));
  if (unit === undefined) return undefined;
  return {
    seconds: unit.stopLimit,
    where: `TimeoutStopSec of ${unit.unit} (by \`sluice service install\`, or a drop-in of yours)`,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
