import { ConfigError } from '../../core/exit.ts';

/** What any program may need to run at all, and nothing that holds a secret. Proxies may; they are named. */
const ALWAYS: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TERM',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  'XDG_RUNTIME_DIR',
  // Marks the processes of one generation for the supervisor, which sweeps by it. It opens nothing.
  'SLUICE_GENERATION_COOKIE',
];

/** Ours and the service manager's: an agent that had them could act as the gateway. But see `whereabouts`. */
const NEVER =
  /^(SLUICE_.*|NOTIFY_SOCKET|WATCHDOG_(PID|USEC)|LISTEN_(FDS|PID|FDNAMES)|NODE_CHANNEL_.*)$/;

/**
 * The environment of an agent's process: the few variables every program needs, the locale, and those
 * that the configuration names.
 * @throws ConfigError when the configuration names a variable of the gateway itself.
 */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  named: readonly string[],
  what: string,
): Record<string, string> {
  const refused = named.find((name) => NEVER.test(name));
  if (refused !== undefined) {
    throw new ConfigError(
      `${what}.env names ${refused}, which belongs to the gateway and is never passed on; remove it`,
    );
  }
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (ALWAYS.includes(name) || name.startsWith('LC_') || named.includes(name)) out[name] = value;
  }
  return out;
}

/**
 * What a program of ours learns about where it runs, so that `sluice` called from it finds its gateway
 * and the chat it works for. None of it is a secret.
 */
export function whereabouts(of: {
  readonly home: string;
  readonly turn?: string;
  readonly session?: string;
}): Record<string, string> {
  return {
    SLUICE_HOME: of.home,
    ...(of.turn === undefined ? {} : { SLUICE_TURN: of.turn }),
    ...(of.session === undefined ? {} : { SLUICE_SESSION: of.session }),
  };
}
