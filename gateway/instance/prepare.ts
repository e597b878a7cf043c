import { setImmediate as nextRound } from 'node:timers/promises';
import { journalUrl, openJournal, startWorker } from '../assembly/journalOf.ts';
import { socketOf } from '../assembly/socketOf.ts';
import { ensureHome } from '../config/paths.ts';
import type { ExitCode } from '../core/exit.ts';
import { Secrets } from '../observe/secrets.ts';
import { followCrashPlan } from './crashPlan.ts';
import type { GenerationOptions } from './prepared.ts';

/**
 * One generation, from its configuration to its exit code. Loading the gateway's modules is most of a start; so
 * this file loads only what reads the configuration, and what else has to be waited for is under way meanwhile.
 * @throws ConfigError, JournalUnusable when it cannot work as configured.
 */
export async function startGeneration(options: GenerationOptions): Promise<ExitCode> {
  const { home, env, cwd, link } = options;
  followCrashPlan(env.SLUICE_CRASH_AT, link?.become.generation ?? 1);
  ensureHome(home);
  // Before it is known whether a file it is: nearly always it is, and a thread takes its time to start.
  const worker = startWorker();
  const { load } = await import('../config/load.ts');
  const named = options.config === undefined ? {} : { path: options.config };
  const { config, file } = load({ env, cwd, ...named });
  const secrets = new Secrets();
  const configFile = file === undefined ? {} : { configFile: file };
  const where = { home, env, secrets, ...configFile };
  const journal = openJournal(config, { ...where, worker });
  const shared = journalUrl(config, where) !== undefined;
  const reopen = shared ? { reopen: () => openJournal(config, where) } : {};
  const socket = socketOf(config, link);
  // Whoever waits for them is told; until then they have failed for nobody.
  for (const early of [journal, socket]) early.catch(() => {});
  // One round of the event loop puts both on their way: loading modules does not come back before it is done.
  await nextRound();
  const { runGeneration } = await import('./generation.ts');
  return await runGeneration(options, {
    config,
    secrets,
    journal,
    ...reopen,
    socket,
    ...configFile,
  });
}
