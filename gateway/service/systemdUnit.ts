import { join } from 'node:path';
import { ExitCode } from '../core/exit.ts';
import { commandOf, remembering, type ServiceDefinition } from './definition.ts';
import { assignment, execWord, path } from './systemdQuote.ts';

/** The first line of every unit that we write: what has another one is somebody else's. */
export const OURS =
  '# Written by `sluice service install`, and written anew when that is run again.';

/** Between a supervisor's death and the next one; failures are spaced out by the supervisor itself. */
const RESTART_PAUSE = '1s';
const OPEN_FILES = 65_536;
/** Variables for the gateway, secrets among them; in the home, which only its user can read. */
const ENVIRONMENT_FILE = 'sluice.env';

/**
 * The text of the service unit, from the constants and limits that the gateway itself goes by.
 *
 * - It is ready when the first generation is (`Type=notify`). What tells systemd is a child
 *   (`systemd-notify`), so `NotifyAccess=all`; agents are not given the socket's name.
 * - A reload is a hand-over: USR1 begins it, the second line waits for its outcome. Where the successor
 *   cannot serve the reload fails, and the old instance goes on.
 * - A stop in the middle of a reload ends what waits for its outcome by TERM; that is no failure of the
 *   service (`SuccessExitStatus`).
 * - TERM goes to the supervisor alone (`KillMode=mixed`); what is left in the control group when it has
 *   ended is killed.
 * - An agent that takes too much memory is ended by the kernel without the gateway (`OOMPolicy`).
 */
export function systemdUnit(service: ServiceDefinition): string {
  const { name, scope, limits, home } = service;
  const command = (...words: readonly string[]) =>
    commandOf(service, ...words)
      .map(execWord)
      .join(' ');
  const system = scope === 'system';
  const lines = [
    OURS,
    `# ${remembering(service)}`,
    '# Changes of your own belong into a drop-in, which is left alone:',
    `#   systemctl ${system ? '' : '--user '}edit ${name}`,
    '',
    '[Unit]',
    'Description=Sluice, a gateway between chat platforms and AI agents',
    ...(system ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    ...(service.listen === undefined ? [] : [`Requires=${name}.socket`, `After=${name}.socket`]),
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=notify',
    'NotifyAccess=all',
    ...(service.runAs === undefined ? [] : [`User=${service.runAs}`]),
    `ExecStart=${command('run')}`,
    'ExecReload=/bin/kill -USR1 $MAINPID',
    `ExecReload=${command('restart', '--await', '--timeout', String(limits.reload))}`,
    `WorkingDirectory=${path(home)}`,
    `Environment=${assignment('PATH', service.path)}`,
    `EnvironmentFile=-${path(join(home, ENVIRONMENT_FILE))}`,
    'Restart=on-failure',
    `RestartForceExitStatus=${ExitCode.RESTART}`,
    `RestartPreventExitStatus=${ExitCode.CONFIG}`,
    `RestartSec=${RESTART_PAUSE}`,
    'SuccessExitStatus=SIGTERM',
    'KillMode=mixed',
    `TimeoutStartSec=${limits.start}s`,
    `TimeoutStopSec=${limits.stop}s`,
    `WatchdogSec=${limits.watchdog}s`,
    'OOMPolicy=continue',
    `LimitNOFILE=${OPEN_FILES}`,
    '',
    ...hardening(service),
    '',
    '[Install]',
    `WantedBy=${system ? 'multi-user.target' : 'default.target'}`,
    ...(service.listen === undefined ? [] : [`Also=${name}.socket`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The text of the socket unit: systemd listens, also while no gateway runs. */
export function systemdSocket({ listen }: ServiceDefinition): string | undefined {
  if (listen === undefined) return undefined;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return `${[
    OURS,
    '',
    '[Unit]',
    'Description=The address of Sluice',
    '',
    '[Socket]',
    `ListenStream=${host}:${listen.port}`,
    'Backlog=4096',
    'NoDelay=yes',
    '',
    '[Install]',
    'WantedBy=sockets.target',
  ].join('\n')}\n`;
}

/**
 * What the gateway and its agents cannot do. Agents are programs of their user's: they write into
 * projects and start sandboxes and compilers of their own, so homes and /tmp stay open, namespaces are
 * allowed, and so is memory that is written and then run (every JavaScript engine needs it).
 *
 * A user's manager may not mount anything, so what needs a mount of its own is for the system's.
 */
function hardening({ scope, runAs }: ServiceDefinition): string[] {
  return [
    '# Agents have to work here; for what each line costs see docs/service.md.',
    'NoNewPrivileges=yes',
    'RestrictSUIDSGID=yes',
    'RestrictRealtime=yes',
    'LockPersonality=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    ...(scope === 'user'
      ? []
      : [
          'ProtectSystem=full',
          'ProtectKernelTunables=yes',
          'ProtectKernelModules=yes',
          'ProtectKernelLogs=yes',
          'ProtectControlGroups=yes',
          'ProtectClock=yes',
          'ProtectHostname=yes',
          ...(runAs === 'root' ? [] : ['CapabilityBoundingSet=']),
        ]),
  ];
}
