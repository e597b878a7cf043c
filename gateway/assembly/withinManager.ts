import { budgetOf, shortfallOf } from '../config/budget.ts';
import type { Environment } from '../config/environment.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../core/log.ts';
import type { Run } from '../service/command.ts';
import { stopLimit } from '../service/stopLimit.ts';

/**
 * The configuration with a drain that ends before the service manager would KILL the gateway (R10).
 * A unit may be older than the configuration, and an administrator's own limit is to be obeyed: so the
 * drain gives way, and the log says so at each start until they fit.
 */
export async function withinManager(
  config: Config,
  deps: { readonly env: Environment; readonly run: Run; readonly log: Log },
): Promise<Config> {
  const limit = await stopLimit(deps.env, deps.run);
  const short = limit && shortfallOf(budgetOf(config), limit.seconds, limit.where);
  if (short === undefined) return config;
  deps.log.warn({ limit: limit?.seconds, drain: short.drain }, short.message);
  return { ...config, agent: { ...config.agent, restart_drain_timeout: short.drain } };
}
