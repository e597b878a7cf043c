import type { Run } from './command.ts';
import { secondsOf } from './timespan.ts';

export type Scope = 'user' | 'system';

/** A unit as systemd has it loaded, drop-ins included: what holds, not what a file says. */
export interface InstalledUnit {
  readonly unit: string;
  readonly scope: Scope;
  /** Absent for a unit that has no file. */
  readonly file?: string;
  readonly dropIns: readonly string[];
  /** TimeoutStopSec, in seconds; Infinity where there is none. */
  readonly stopLimit: number;
  /** `active`, `inactive`, `failed`, `reloading`, `activating`, `deactivating`. */
  readonly active: string;
  readonly detail: string;
  /** `enabled`: it starts with the machine, or with the user's manager. */
  readonly enabled: string;
  /** 0 where none runs. */
  readonly mainPid: number;
  /** How often systemd has started it anew by itself. */
  readonly restarts: number;
  /** What the gateway said last to systemd. */
  readonly says: string;
  /** Since when it is so, as systemd writes it. */
  readonly since: string;
  /** Its file has changed since it was loaded. */
  readonly outdated: boolean;
}

const PROPERTIES = [
  'LoadState',
  'FragmentPath',
  'DropInPaths',
  'TimeoutStopUSec',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'MainPID',
  'NRestarts',
  'StatusText',
  'StateChangeTimestamp',
  'NeedDaemonReload',
];

/** Asks systemd for a unit. Undefined where there is no such unit, or no systemd that answers. */
export async function installedUnit(
  unit: string,
  scope: Scope,
  run: Run,
): Promise<InstalledUnit | undefined> {
  const asked = await run('systemctl', [
    `--${scope}`,
    'show',
    `--property=${PROPERTIES.join(',')}`,
    '--',
    unit,
  ]);
  if (asked.code !== 0) return undefined;
  const said = new Map(
    asked.stdout
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const get = (name: string) => said.get(name) ?? '';
  if (get('LoadState') !== 'loaded') return undefined;
  const file = get('FragmentPath');
  return {
    unit,
    scope,
    ...(file === '' ? {} : { file }),
    dropIns: get('DropInPaths')
      .split(' ')
      .filter((path) => path !== ''),
    stopLimit: secondsOf(get('TimeoutStopUSec')) ?? Number.POSITIVE_INFINITY,
    active: get('ActiveState'),
    detail: get('SubState'),
    enabled: get('UnitFileState'),
    mainPid: Number(get('MainPID')),
    restarts: Number(get('NRestarts')),
    says: get('StatusText'),
    since: get('StateChangeTimestamp'),
    outdated: get('NeedDaemonReload') === 'yes',
  };
}

/**
 * The service unit that a process runs in, by its control group (systemd.io, "Control Group APIs"):
 * the last part of the path that is a service, but for the user's manager itself.
 * @param cgroup the text of `/proc/self/cgroup`.
 */
export function unitOfCgroup(cgroup: string): { unit: string; scope: Scope } | undefined {
  for (const line of cgroup.split('\n')) {
    // `0::` is the unified hierarchy; `name=systemd` where the old ones are mounted.
    if (!/^\d+:(?:name=systemd)?:/.test(line)) continue;
    const parts = line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1).split('/');
    const services = parts.filter((part) => part.endsWith('.service'));
    const unit = services.at(-1);
    if (unit === undefined || unit.startsWith('user@')) continue;
    const scope = services.some((part) => part.startsWith('user@')) ? 'user' : 'system';
    return { unit: unescapeUnit(unit), scope };
  }
  return undefined;
}

/** Names that could be mistaken for something else in a control group have a `_` in front. */
function unescapeUnit(name: string): string {
  return name.startsWith('_') ? name.slice(1) : name;
}
