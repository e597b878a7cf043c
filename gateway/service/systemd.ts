import { join } from 'node:path';
import { SECOND } from '../core/clock.ts';
import { SluiceError } from '../core/exit.ts';
import type { Run } from './command.ts';
import type { Driver, ServiceState, UnitFile } from './driver.ts';
import { installedUnit, type Scope } from './installedUnit.ts';
import type { ServiceLimits } from './limits.ts';
import { systemdSocket, systemdUnit } from './systemdUnit.ts';

export interface SystemdOptions {
  readonly name: string;
  readonly scope: Scope;
  /** The user's folder of configurations (XDG_CONFIG_HOME); for the scope `user`. */
  readonly configHome: string;
  readonly limits: ServiceLimits;
  readonly run: Run;
}

/** systemctl waits for a job by itself; this is for a systemd that does not answer. */
const SLACK = 30;

/** Where a unit of ours is written (systemd.unit(5), "Unit File Load Path"). */
export function systemdPath(unit: string, scope: Scope, configHome: string): string {
  return scope === 'system'
    ? join('/etc/systemd/system', unit)
    : join(configHome, 'systemd/user', unit);
}

/** systemd, of the system or of this user. */
export function systemd(options: SystemdOptions): Driver {
  const { name, scope, run, limits } = options;
  const unit = `${name}.service`;
  const file = (suffix: 'service' | 'socket') =>
    systemdPath(`${name}.${suffix}`, scope, options.configHome);
  const flag = scope === 'user' ? ' --user' : '';

  const systemctl = async (seconds: number, ...args: readonly string[]): Promise<string> => {
    const timeoutMs = (seconds + SLACK) * SECOND;
    const ran = await run('systemctl', [`--${scope}`, ...args], { timeoutMs });
    if (ran.code === 0) return ran.stdout;
    const said = (ran.stderr || ran.stdout).trim();
    throw new SluiceError(
      `systemctl${flag} ${args.join(' ')} failed: ${said || `code ${ran.code}`}; see \`sluice service logs\``,
    );
  };

  return {
    manager: `systemd (${scope})`,

    async check() {
      const { code, stderr } = await run('systemctl', [`--${scope}`, 'show', '--property=Version']);
      if (code === 0) return;
      throw new SluiceError(
        scope === 'user'
          ? `systemd's manager for this user cannot be reached (${stderr.trim()}). Log in as this user ` +
              '(su and sudo do not), or run `loginctl enable-linger` and log in again, or install for the whole machine with --system'
          : `systemd cannot be reached (${stderr.trim()}); does this machine run it?`,
      );
    },

    unitFiles(service): readonly UnitFile[] {
      return [
        { path: file('service'), text: systemdUnit(service) },
        { path: file('socket'), text: systemdSocket(service) },
      ];
    },
    paths: () => [file('service'), file('socket')],

    async enable(service) {
      await systemctl(0, 'daemon-reload');
      const units = service.listen === undefined ? [unit] : [unit, `${name}.socket`];
      await systemctl(0, 'enable', '--quiet', ...units);
      // A socket whose file has gone would stay open, and nobody would accept on it.
      if (service.listen === undefined) {
        await run('systemctl', [`--${scope}`, 'disable', '--now', '--quiet', `${name}.socket`]);
        await run('systemctl', [`--${scope}`, 'stop', `${name}.socket`]);
      }
    },
    async disable() {
      const units = [unit];
      if ((await installedUnit(`${name}.socket`, scope, run)) !== undefined)
        units.unshift(`${name}.socket`);
      await systemctl(limits.stop, 'disable', '--now', '--quiet', ...units);
    },
    async forget() {
      await systemctl(0, 'daemon-reload');
      // What has failed is remembered by its name; nothing to reset is no failure.
      await run('systemctl', [`--${scope}`, 'reset-failed', unit]);
    },

    async start() {
      await systemctl(limits.start, 'start', unit);
    },
    async stop() {
      const socket = await installedUnit(`${name}.socket`, scope, run);
      // A socket that still listens would start the service at the next connection.
      const units = socket?.active === 'active' ? [`${name}.socket`, unit] : [unit];
      await systemctl(limits.stop, 'stop', ...units);
    },
    async restart() {
      // The unit's ExecReload waits for the outcome itself.
      await systemctl(limits.start + limits.stop, 'reload-or-restart', unit);
    },
    async forceRestart() {
      await systemctl(limits.start + limits.stop, 'restart', unit);
    },

    async state(): Promise<ServiceState> {
      const found = await installedUnit(unit, scope, run);
      if (found === undefined)
        return { installed: false, state: 'not installed', enabled: false, files: [], details: [] };
      const socket = await installedUnit(`${name}.socket`, scope, run);
      const details: [string, string][] = [];
      if (found.since !== '') details.push(['since', found.since]);
      if (found.says !== '') details.push(['it says', found.says]);
      if (found.restarts > 0) details.push(['by systemd', `started anew ${found.restarts}×`]);
      if (socket !== undefined) details.push(['socket', `${socket.active} (${socket.detail})`]);
      if (found.outdated)
        details.push(['changed on disk', `run \`systemctl${flag} daemon-reload\``]);
      return {
        installed: true,
        state: `${found.active} (${found.detail})`,
        ...(found.mainPid > 0 ? { pid: found.mainPid } : {}),
        enabled: found.enabled === 'enabled',
        stopLimit: found.stopLimit,
        files: [...(found.file === undefined ? [] : [found.file]), ...found.dropIns],
        details,
      };
    },

    async logs({ follow, lines }) {
      const own = scope === 'user' ? ['--user'] : [];
      const args = [...own, '--unit', unit, '--lines', String(lines), '--output', 'cat'];
      const { code } = await run(
        'journalctl',
        [...args, ...(follow ? ['--follow'] : ['--no-pager'])],
        { attached: true },
      );
      return code;
    },
  };
}
