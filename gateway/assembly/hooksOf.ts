import type { AgentDeps } from '../agents/deps.ts';
import type { Config } from '../config/schema.ts';
import { SECOND } from '../core/clock.ts';
import { ConfigError } from '../core/exit.ts';
import type { Log } from '../core/log.ts';
import { commandHook } from '../hooks/commandHook.ts';
import { HOOK_EVENTS, type HookEvent, Hooks } from '../hooks/hooks.ts';

/** What a hook's program sees of the gateway's environment: enough to run, nothing secret. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER'];

/**
 * The configured hooks; undefined where there are none.
 * @throws ConfigError for an event that does not exist.
 */
export function hooksOf(
  config: Config,
  deps: Pick<AgentDeps, 'registerChild'> & {
    readonly home: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    /** Marks a process as one of this gateway's. */
    readonly childEnv: Readonly<Record<string, string>> | undefined;
    readonly log: Log;
  },
): Hooks | undefined {
  const { home, env, log, childEnv, registerChild } = deps;
  const entries = Object.entries(config.hooks);
  if (entries.length === 0) return undefined;
  const given = Object.fromEntries(
    PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name] as string]])),
  );
  given.SLUICE_HOME = home;
  const hooks = entries.flatMap(([name, commands]) => {
    if (!HOOK_EVENTS.includes(name as HookEvent)) {
      throw new ConfigError(
        `hooks: there is no event "${name}". There are: ${HOOK_EVENTS.join(', ')}.`,
      );
    }
    const event = name as HookEvent;
    return commands.map(({ command, timeout }) =>
      commandHook({
        event,
        command,
        timeout: timeout * SECOND,
        env: { ...given, ...childEnv },
        ...(registerChild === undefined ? {} : { registerChild }),
      }),
    );
  });
  return new Hooks(hooks, (hook, event, error) =>
    log.warn({ err: error, hook, event }, 'a hook failed; going on'),
  );
}
