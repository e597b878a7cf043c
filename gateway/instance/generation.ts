import { assemble } from '../assembly/assembly.ts';
import { newId } from '../assembly/ids.ts';
import { machineOf } from '../assembly/machine.ts';
import { preloadPlatforms } from '../assembly/platformsOf.ts';
import { settingsOf } from '../assembly/settingsOf.ts';
import { systemClock } from '../assembly/systemClock.ts';
import { withinManager } from '../assembly/withinManager.ts';
import { budgetOf } from '../config/budget.ts';
import type { Config } from '../config/schema.ts';
import { startControlServer } from '../control/server.ts';
import { SECOND } from '../core/clock.ts';
import { type Ending, type ExitCode, exitCodeOf } from '../core/exit.ts';
import type { Log } from '../core/log.ts';
import { createLog } from '../observe/log.ts';
import type { Secrets } from '../observe/secrets.ts';
import type { Terminal } from '../platforms/terminal/terminal.ts';
import { runProgram } from '../service/command.ts';
import { awaitJournal } from './awaitJournal.ts';
import { Gateway } from './gateway.ts';
import { HeapKeeper } from './heap.ts';
import type { GenerationOptions, Prepared } from './prepared.ts';
import { Releases } from './releases.ts';
import { keepForgetting } from './retention.ts';
import { scrapeOf } from './scrape.ts';
import { StatusKeeper } from './statusKeeper.ts';
import { followSupervisor, type Supervised } from './supervised.ts';

/** What one generation knows of itself before anything is made. */
interface Ground
  extends GenerationOptions,
    Pick<Prepared, 'configFile' | 'journal' | 'reopen' | 'socket'> {
  readonly instance: string;
  readonly generation: number;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly releases: Releases;
}

const PROBE = 20 * SECOND;

/**
 * One generation, from what is prepared to its exit code: made, joined, told to serve, ended. What is
 * acquired is released in reverse, whatever happens in between.
 * @throws ConfigError, JournalUnusable when it cannot work as configured.
 */
export async function runGeneration(
  options: GenerationOptions,
  prepared: Prepared,
): Promise<ExitCode> {
  const { env, link } = options;
  const { secrets } = prepared;
  const generation = link?.become.generation ?? 1;
  const instance = newId();
  const base = { instance: instance.slice(-8), generation };
  const log = createLog({ ...prepared.config.log, secrets, base });
  const releases = new Releases(log);
  const heap = new HeapKeeper(systemClock);
  releases.add(() => heap.stop());
  releases.add(async () => (await prepared.journal.catch(() => undefined))?.journal.close());
  try {
    const config = await withinManager(prepared.config, { env, run: runProgram, log });
    const { journal, reopen, socket, configFile } = prepared;
    return await live(config, {
      ...options,
      instance,
      generation,
      secrets,
      log,
      releases,
      journal,
      socket,
      ...(reopen === undefined ? {} : { reopen }),
      ...(configFile === undefined ? {} : { configFile }),
    });
  } finally {
    await releases.run();
  }
}

/** Joins, waits until it may take over, and serves until it is told to end. */
async function live(config: Config, ground: Ground): Promise<ExitCode> {
  const { home, link, instance, version, log, releases } = ground;
  const made = await make(config, ground);
  if (made === undefined) return exitCodeOf({ why: 'stopped' });
  const { gateway, supervised, terminal, leaveJournal } = made;
  const relay = gateway.relay(home);
  releases.add(() => relay.close());
  const peer = await relay.offer();
  await gateway.join(AbortSignal.timeout(PROBE), peer);
  await link?.send({
    type: 'ready',
    instance,
    version,
    stopTimeoutMs: budgetOf(config).parent * SECOND,
    handoverTimeoutMs: settingsOf(config).handoverTimeout,
    tellsReceiving: true,
  });
  if (supervised !== undefined && !(await supervised.activated).go) {
    await leaveJournal();
    return exitCodeOf({ why: 'stopped' });
  }

  const others = supervised?.alive() ?? [];
  await gateway.serve(others, async () => {
    // Not before: what their turns have said so far comes at once, and has to find its listeners.
    relay.follow(others);
    await openControl(gateway, terminal, ground);
    await link?.send({ type: 'receiving' });
  });
  await link?.send({ type: 'serving' });
  const first = await gateway.status();
  const keeper = new StatusKeeper(gateway, first, { home, clock: systemClock, log });
  let end: Ending = { why: 'stopped' };
  releases.add(() => keeper.stop(end.why === 'handed-over'));
  const where = first.platforms.flatMap((p) => p.where ?? []);
  log.info(
    { home, config: ground.configFile ?? 'embedded defaults' },
    `ready: ${where.join(', ')}`,
  );
  ground.ready?.();
  end = await gateway.ended;
  if (end.why === 'handed-over') await link?.send({ type: 'drained' });
  return exitCodeOf(end);
}

interface Made {
  readonly gateway: Gateway;
  readonly supervised: Supervised | undefined;
  readonly terminal: Terminal;
  /** Undoes `join` for an instance that never served. */
  readonly leaveJournal: () => Promise<void>;
}

/**
 * Opens the journal, makes what the configuration names, and puts the instance together. Undefined: it was told to
 * stop before there was a journal.
 */
async function make(config: Config, ground: Ground): Promise<Made | undefined> {
  const { home, link, instance, log, releases } = ground;
  const clock = systemClock;
  // The journal opens in a thread of its own, so that modules are loaded meanwhile.
  const [given] = await Promise.all([
    awaitJournal({ ...ground, config, clock }),
    preloadPlatforms(config),
  ]);
  if (given === undefined) return undefined;
  const { socket } = given;
  const { journal, fleet, peers, files } = given.opened;
  if (files !== undefined) releases.add(() => files.close());
  const retention = keepForgetting(config.journal, { journal, clock, log });
  releases.add(() => retention.close());
  const settings = settingsOf(config);
  let gateway: Gateway | undefined;
  let scrape: ReturnType<typeof scrapeOf> = () => Promise.reject(new Error('still starting'));
  const metrics = () => scrape();
  const { configFile, env, secrets } = ground;
  const made = await assemble(config, {
    home,
    env,
    clock,
    log,
    secrets,
    journal,
    ...(files === undefined ? {} : { files }),
    metrics,
    ...(link === undefined ? {} : { link }),
    ...(configFile === undefined ? {} : { configFile }),
    ...(socket === undefined ? {} : { socket }),
  });
  releases.add(() => made.close());
  const supervised =
    link === undefined ? undefined : followSupervisor(link, () => gateway, { log, settings });
  gateway = new Gateway({
    ...made,
    journal,
    settings,
    clock,
    newId,
    random: Math.random,
    log,
    instance,
    machine: machineOf(home),
    fleet,
    ...(peers === undefined ? {} : { peers }),
    generation: ground.generation,
    version: ground.version,
    fresh: link === undefined || link.become.role === 'first',
    ...(link === undefined ? {} : { supervisor: link.become }),
    ...(supervised === undefined ? {} : { above: supervised.above }),
  });
  scrape = scrapeOf(gateway, clock);
  return {
    gateway,
    supervised,
    terminal: made.terminal,
    leaveJournal: () => journal.leave(instance),
  };
}

/** The command line meets the predecessor or its successor, never nobody. */
async function openControl(
  gateway: Gateway,
  terminal: Terminal,
  { home, log, releases }: Ground,
): Promise<void> {
  const control = await startControlServer({
    home,
    operations: gateway.operations,
    send: (message, signal) => terminal.say(message, signal),
    subscribe: gateway.subscribe,
    log,
    takeOver: true,
  });
  releases.add(() => control.close());
}
