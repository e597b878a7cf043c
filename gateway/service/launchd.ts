import type { Environment } from '../config/environment.ts';
import { SECOND } from '../core/clock.ts';
import { RequestError, SluiceError } from '../core/exit.ts';
import type { Run } from './command.ts';
import type { Driver, ServiceState, UnitFile } from './driver.ts';
import type { Scope } from './installedUnit.ts';
import { exitTimeOut, labelOf, launchdLog, launchdPlist, plistPath } from './launchdPlist.ts';
import type { ServiceLimits } from './limits.ts';
import { readIfThere } from './unitFiles.ts';

export interface LaunchdOptions {
  readonly name: string;
  readonly scope: Scope;
  readonly uid: number;
  readonly env: Environment;
  readonly home: string;
  readonly limits: ServiceLimits;
  readonly run: Run;
  /** Between two looks at a process that is to end. */
  readonly pollMs?: number;
}

/**
 * launchd, by launchctl(1) and its domains `gui/UID` and `system`.
 *
 * launchctl has no reload, and its `kickstart -k` kills. So a restart is, from the gentle to the rough:
 * SIGUSR1 where the supervisor lives, a hand-over; where the gateway does not answer to that, TERM, then
 * waiting until the process has drained and gone, then `kickstart`; and `-k` only when it was forced.
 */
export function launchd(options: LaunchdOptions): Driver {
  const { name, scope, run, limits, env, home } = options;
  const label = labelOf(name);
  const domain = scope === 'system' ? 'system' : `gui/${options.uid}`;
  const target = `${domain}/${label}`;
  const path = plistPath(label, scope, env);

  const launchctl = async (...args: readonly string[]): Promise<string> => {
    const ran = await run('launchctl', args);
    if (ran.code === 0) return ran.stdout;
    const said = (ran.stderr || ran.stdout).trim();
    throw new SluiceError(
      `launchctl ${args.join(' ')} failed: ${said || `code ${ran.code}`}; see \`sluice service logs\``,
    );
  };
  /** Undefined where the job is not loaded; a pid of 0 where it does not run. */
  const job = async (): Promise<{ pid: number; text: string } | undefined> => {
    const { code, stdout } = await run('launchctl', ['print', target]);
    if (code !== 0) return undefined;
    return { pid: Number(/^\s*pid = (\d+)/m.exec(stdout)?.[1] ?? 0), text: stdout };
  };
  const gone = async (pid: number): Promise<void> => {
    const end = performance.now() + limits.stop * SECOND;
    while ((await job())?.pid === pid) {
      if (performance.now() > end) {
        throw new RequestError(
          `the gateway (pid ${pid}) has not ended after ${limits.stop} s; \`sluice service restart --force\` ends it`,
        );
      }
      await new Promise((done) => setTimeout(done, options.pollMs ?? 250));
    }
  };
  const stopJob = async (pid: number): Promise<void> => {
    await launchctl('kill', 'SIGTERM', target);
    await gone(pid);
  };
  const load = async (): Promise<void> => {
    if ((await job()) === undefined) await launchctl('bootstrap', domain, path);
  };

  return {
    manager: `launchd (${domain})`,

    async check() {
      const { code, stderr } = await run('launchctl', ['print', domain]);
      if (code === 0) return;
      throw new SluiceError(
        `launchd's domain ${domain} cannot be reached (${stderr.trim()}); log in on the machine itself, or use --system`,
      );
    },
    unitFiles: (service): readonly UnitFile[] => [{ path, text: launchdPlist(service) }],
    paths: () => [path],

    async enable() {
      // A property list is read when it is loaded, so a changed one is loaded anew: that ends the job.
      const now = await job();
      if (now !== undefined) {
        if (now.pid > 0) await stopJob(now.pid);
        await launchctl('bootout', target);
      }
      await launchctl('enable', target);
      await load();
    },
    async disable() {
      const now = await job();
      if (now === undefined) return;
      if (now.pid > 0) await stopJob(now.pid);
      await launchctl('bootout', target);
    },
    forget: async () => {},

    async start() {
      await load();
      await launchctl('kickstart', target);
    },
    async stop() {
      const now = await job();
      if (now !== undefined && now.pid > 0) await stopJob(now.pid);
    },
    async restart(outcome) {
      const now = await job();
      if (now !== undefined && now.pid > 0) {
        await launchctl('kill', 'SIGUSR1', target);
        try {
          await outcome();
          return;
        } catch (error) {
          // It answered, and said no: the old instance goes on. Silence is another thing.
          if (error instanceof RequestError) throw error;
        }
        await stopJob(now.pid);
      }
      await load();
      await launchctl('kickstart', target);
    },
    async forceRestart() {
      await load();
      await launchctl('kickstart', '-k', target);
    },

    async state(): Promise<ServiceState> {
      const now = await job();
      const plist = readIfThere(path);
      const stopLimit = plist === undefined ? undefined : exitTimeOut(plist);
      const state = /^\s*state = (.+)$/m.exec(now?.text ?? '')?.[1] ?? 'not loaded';
      const last = /^\s*last exit code = (.+)$/m.exec(now?.text ?? '')?.[1];
      return {
        installed: plist !== undefined,
        state: plist === undefined ? 'not installed' : state,
        ...(now !== undefined && now.pid > 0 ? { pid: now.pid } : {}),
        enabled: now !== undefined,
        ...(stopLimit === undefined ? {} : { stopLimit }),
        files: plist === undefined ? [] : [path],
        details: last === undefined ? [] : [['last exit', last]],
      };
    },
    async logs({ follow, lines }) {
      const args = ['-n', String(lines), ...(follow ? ['-F'] : []), launchdLog(home)];
      return (await run('tail', args, { attached: true })).code;
    },
  };
}
