import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { claimsOf } from '../assembly/accountClaims.ts';
import { createAgents, registrationOf } from '../assembly/agentsOf.ts';
import { attachmentsOf } from '../assembly/attachmentsOf.ts';
import { hooksOf } from '../assembly/hooksOf.ts';
import { newId } from '../assembly/ids.ts';
import { createPlatforms } from '../assembly/platformsOf.ts';
import { settingsOf } from '../assembly/settingsOf.ts';
import { systemClock } from '../assembly/systemClock.ts';
import { withinManager } from '../assembly/withinManager.ts';
import { budgetOf } from '../config/budget.ts';
import { load } from '../config/load.ts';
import { ensureHome } from '../config/paths.ts';
import { startControlServer } from '../control/server.ts';
import { SECOND } from '../core/clock.ts';
import { type Ending, type ExitCode, exitCodeOf } from '../core/exit.ts';
import { openSqliteJournal } from '../journal/sqlite/client.ts';
import { createLog } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { metricsFeed, metricsText } from '../observe/metricsFeed.ts';
import { Secrets } from '../observe/secrets.ts';
import { journalPairings } from '../people/journalStore.ts';
import { People } from '../people/people.ts';
import { createTerminal } from '../platforms/terminal/terminal.ts';
import { runProgram } from '../service/command.ts';
import type { SupervisorLink } from '../supervisor/link.ts';
import { followCrashPlan } from './crashPlan.ts';
import { Gateway } from './gateway.ts';
import { keepForgetting } from './retention.ts';
import { StatusKeeper } from './statusKeeper.ts';
import { followSupervisor } from './supervised.ts';

export interface GenerationOptions {
  readonly home: string;
  /** What --config names. */
  readonly config?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly version: string;
  /** Absent in a process that runs alone. */
  readonly link?: SupervisorLink;
  /** Called once it serves. */
  readonly ready?: () => void;
}

const PROBE = 20 * SECOND;

/**
 * One generation, from its configuration to its exit code. What is acquired goes on a stack and is
 * released in reverse, whatever happens in between.
 * @throws ConfigError, JournalUnusable when it cannot work as configured.
 */
export async function runGeneration(options: GenerationOptions): Promise<ExitCode> {
  const { home, env, cwd, version, link } = options;
  const undo: (() => unknown)[] = [];
  const clock = systemClock;
  followCrashPlan(env.SLUICE_CRASH_AT, link?.become.generation ?? 1);
  ensureHome(home);
  const { config: loaded, file } = load({
    env,
    cwd,
    ...(options.config === undefined ? {} : { path: options.config }),
  });
  const secrets = new Secrets();
  const instance = newId();
  const generation = link?.become.generation ?? 1;
  const log = createLog({
    ...loaded.log,
    secrets,
    base: { instance: instance.slice(-8), generation },
  });
  try {
    const config = await withinManager(loaded, { env, run: runProgram, log });
    const journal = await openSqliteJournal({ file: join(home, 'journal.db') });
    undo.push(() => journal.close());
    const retention = keepForgetting(config.journal, { journal, clock, log });
    undo.push(() => retention.close());
    const settings = settingsOf(config);
    let scrape: () => Promise<{ type: string; body: string }> = () =>
      Promise.reject(new Error('still starting'));
    let gateway: Gateway | undefined;
    const terminal = createTerminal();
    const people = new People({
      store: journalPairings(journal, () => clock.now()),
      now: () => clock.now(),
      randomBytes,
    });
    const attachments = attachmentsOf(config, {
      home,
      clock,
      log,
      platformOf: (address) => gateway?.accounts.of(address),
    });
    undo.push(() => attachments.close());
    const agents = await createAgents(config, {
      addSecret: (secret) => secrets.add(secret),
      home,
      env,
      clock,
      log,
      readFile: attachments.readFile,
      pathOf: attachments.pathOf,
      ...(link === undefined ? {} : { link }),
      ...(file === undefined ? {} : { configFile: file }),
    });
    const platforms = [
      ...(await createPlatforms(config, {
        home,
        show: (text) => void process.stderr.write(`${text}\n`),
        env,
        clock,
        log,
        secrets,
        random: Math.random,
        people,
        claim: claimsOf(link, clock),
        metrics: () => scrape(),
        ...(link === undefined ? {} : { become: link.become }),
        ...(file === undefined ? {} : { configFile: file }),
      })),
      terminal,
    ];
    const supervised =
      link === undefined ? undefined : followSupervisor(link, () => gateway, { log, settings });
    const hooks = hooksOf(config, {
      home,
      env,
      log,
      childEnv: link?.agentEnv,
      ...registrationOf(link),
    });
    gateway = new Gateway({
      journal,
      agents,
      platforms,
      settings,
      clock,
      newId,
      random: Math.random,
      log,
      instance,
      generation,
      version,
      fresh: link === undefined || link.become.role === 'first',
      people,
      attachments,
      ...(hooks === undefined ? {} : { hooks }),
      ...(link === undefined ? {} : { supervisor: link.become }),
      ...(supervised === undefined ? {} : { above: supervised.above }),
    });
    const serving = gateway;
    scrape = metricsOf(serving);
    const relay = serving.relay(home);
    undo.push(() => relay.close());
    await relay.offer();
    await serving.join(AbortSignal.timeout(PROBE));
    const stopTimeoutMs = budgetOf(config).watchdog * SECOND;
    await link?.send({
      type: 'ready',
      instance,
      version,
      stopTimeoutMs,
      handoverTimeoutMs: settings.handoverTimeout,
      tellsReceiving: true,
    });
    const go = supervised === undefined ? { go: true } : await supervised.activated;
    if (!go.go) {
      await journal.leave(instance);
      return exitCodeOf({ why: 'stopped' });
    }

    const others = supervised?.alive() ?? [];
    await serving.serve(others, async () => {
      // Not before: what their turns have said so far comes at once, and has to find its listeners.
      relay.follow(others);
      // The command line, too, meets the predecessor or its successor, never nobody.
      const control = await startControlServer({
        home,
        operations: serving.operations,
        send: (message, signal) => terminal.say(message, signal),
        subscribe: serving.subscribe,
        log,
        takeOver: true,
      });
      undo.push(() => control.close());
      await link?.send({ type: 'receiving' });
    });
    await link?.send({ type: 'serving' });
    const keeper = new StatusKeeper(serving, await serving.status(), { home, clock, log });
    let end: Ending = { why: 'stopped' };
    undo.push(() => keeper.stop(end.why === 'handed-over'));
    const where = platforms.map((p) => p.where?.()).filter((w) => w !== undefined);
    log.info({ home, config: file ?? 'embedded defaults' }, `ready: ${where.join(', ')}`);
    options.ready?.();
    end = await serving.ended;
    if (end.why === 'handed-over') await link?.send({ type: 'drained' });
    return exitCodeOf(end);
  } finally {
    for (const release of undo.reverse()) {
      await Promise.resolve(release()).catch((error) =>
        log.warn({ err: error }, 'a clean-up step failed'),
      );
    }
  }
}

/** Metrics are counted from the first scrape on: their library is not loaded where nobody asks. */
function metricsOf(gateway: Gateway): () => Promise<{ type: string; body: string }> {
  let made: Promise<Metrics> | undefined;
  return async () => {
    made ??= import('../observe/metrics.ts').then(({ createMetrics }) => {
      const metrics = createMetrics();
      gateway.subscribe(metricsFeed(metrics, systemClock));
      return metrics;
    });
    return metricsText(await made, await gateway.status());
  };
}
