import { chownSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { shortfallOf } from '../config/budget.ts';
import { controlClient } from '../control/client.ts';
import { RequestError, SluiceError } from '../core/exit.ts';
import type { ServiceDefinition } from '../service/definition.ts';
import type { LogRequest } from '../service/driver.ts';
import { enableLingering, lingers } from '../service/lingering.ts';
import { applyChanges, compareFiles, type FileChange } from '../service/unitFiles.ts';
import { awaitRestart } from './awaiting.ts';
import { say, sayJson } from './context.ts';
import { duration, table } from './format.ts';
import { messageOf } from './guard.ts';
import { observe } from './observed.ts';
import {
  assertConfigured,
  definitionOf,
  type InstallOptions,
  type ServiceContext,
} from './serviceContext.ts';
import { statusLines } from './statusText.ts';
import { statusOrNone, waitFor } from './wait.ts';

const READY_MS = 60_000;

interface Install extends InstallOptions {
  readonly start: boolean;
  /** Absent: ask, where there is somebody to ask. */
  readonly linger?: boolean;
  readonly dryRun?: boolean;
  readonly print?: boolean;
  readonly force?: boolean;
}

/** Installs the service or brings it up to date, showing what differs. */
export async function install(context: ServiceContext, options: Install): Promise<void> {
  const { driver } = context;
  const service = definitionOf(context, options);
  const files = driver.unitFiles(service);
  if (options.print) {
    const texts = files.flatMap(({ text }) => (text === undefined ? [] : [text]));
    process.stdout.write(texts.join('\n'));
    return;
  }
  const changes = compareFiles(files, options.force === true);
  if (!options.dryRun) {
    mayChange(context);
    await driver.check();
  }
  for (const change of changes) sayChange(change);
  const changed = changes.some(({ what }) => what !== 'same');
  if (options.dryRun) return say(changed ? 'Nothing was changed.' : 'Nothing would change.');

  await makeHome(context, service);
  applyChanges(changes);
  await driver.enable(service);
  const { dropIns, running } = await found(context);
  for (const file of dropIns) say(`Left alone: ${file}`);
  if (!options.start) {
    say(`Installed. Start it with: ${own(context, 'start')}`);
  } else if (!running) {
    await start(context);
  } else if (changed) {
    say('It runs on. What is new holds from its next full restart on: sluice restart --full');
  }
  await offerLingering(context, options.linger);
}

async function found({ driver }: ServiceContext) {
  const { files, pid } = await driver.state();
  const written = driver.paths();
  return { dropIns: files.filter((file) => !written.includes(file)), running: pid !== undefined };
}

function sayChange({ path, what, diff }: FileChange): void {
  const words = {
    same: 'is up to date',
    new: 'is new',
    changed: 'changes',
    removed: 'is removed',
  };
  say(`${path} ${words[what]}${what === 'changed' ? ':' : '.'}`);
  if (what === 'changed') for (const line of diff) say(`  ${line}`);
}

/** Of the machine's services only root may change anything; said before the first attempt. */
function mayChange({ scope }: ServiceContext): void {
  if (scope === 'system' && process.getuid?.() !== 0) {
    throw new RequestError('a service of the machine is changed by root: run this with sudo');
  }
}

async function makeHome({ home, run }: ServiceContext, { runAs }: ServiceDefinition) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (runAs === undefined) return;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => {
      const { code, stdout } = await run('id', [flag, runAs]);
      if (code !== 0) throw new RequestError(`there is no user ${runAs} on this machine`);
      return Number(stdout);
    }),
  );
  chownSync(home, uid as number, gid as number);
}

async function offerLingering(context: ServiceContext, wanted: boolean | undefined): Promise<void> {
  const { scope, run } = context;
  if (scope !== 'user' || process.platform !== 'linux' || wanted === false) return;
  const user = userInfo().username;
  if (await lingers(user, run)) return;
  const why = `systemd ends your services when you log out, and starts them when you log in. "Lingering" lets them run all the time, from the machine's start on.`;
  if (wanted ?? (await confirmed(`${why}\nEnable it for ${user}?`))) {
    await enableLingering(user, run);
    return say(`Lingering is enabled for ${user}.`);
  }
  say(`${why}\nTo enable it: sluice service install --linger (or: loginctl enable-linger ${user})`);
}

/** False where nobody can be asked. */
async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

export async function uninstall(context: ServiceContext): Promise<void> {
  const { driver, home } = context;
  mayChange(context);
  const files = driver.paths().map((path) => ({ path, text: undefined }));
  const changes = compareFiles(files, false);
  if (changes.length === 0)
    throw new RequestError(`no service ${context.name} of ours is installed`);
  const { dropIns } = await found(context);
  await driver.disable();
  applyChanges(changes);
  await driver.forget();
  for (const change of changes) sayChange(change);
  for (const file of dropIns) say(`Left alone: ${file}`);
  say(`Stopped and removed. Conversations and settings are still in ${home}.`);
}

export async function start(context: ServiceContext): Promise<void> {
  mayChange(context);
  const begin = performance.now();
  await context.driver.start();
  const now = await ready(context);
  if (now === undefined) return say('Started.');
  say(`Started in ${duration(performance.now() - begin)}: instance ${now.instance} is ready.`);
  for (const p of now.platforms) if (p.where !== undefined) say(`  ${p.platform}: ${p.where}`);
}

/** The status once it is ready; undefined where this user cannot see it. */
async function ready({ home }: ServiceContext) {
  const client = controlClient(home);
  return waitFor(
    () => 'Starting',
    READY_MS,
    async () => {
      const status = await statusOrNone(client);
      return status?.ready ? status : undefined;
    },
  );
}

export async function stop(context: ServiceContext): Promise<void> {
  mayChange(context);
  const begin = performance.now();
  await context.driver.stop();
  say(`Stopped after ${duration(performance.now() - begin)}.`);
}

/**
 * Graceful first: a hand-over, over when an instance with another id is ready (R14). Only `force` ends
 * the process, and only when the hand-over came to nothing.
 */
export async function restartService(context: ServiceContext, force: boolean): Promise<void> {
  const { driver, home } = context;
  mayChange(context);
  const client = controlClient(home);
  const begin = performance.now();
  const before = await statusOrNone(client);
  const since = Date.now();
  let forced = '';
  try {
    await driver.restart(() => awaitRestart(home, { since, timeoutMs: READY_MS * 2 }));
  } catch (error) {
    const reason = (await statusOrNone(client))?.restart?.reason;
    const why = reason === undefined ? messageOf(error) : `the old instance goes on: ${reason}`;
    if (!force) {
      throw new SluiceError(
        `${why}\n\`${own(context, 'restart')} --force\` ends it and starts anew`,
      );
    }
    // What cannot work as configured would not come back at all.
    assertConfigured(context);
    say(`No hand-over: ${why}`);
    await driver.forceRestart();
    forced = ' by force';
  }
  const after = await ready(context);
  if (after === undefined || after.instance === before?.instance) {
    throw new SluiceError(
      'no new instance is ready; see `sluice status` and `sluice service logs`',
    );
  }
  const took = duration(performance.now() - begin);
  say(
    `Restarted${forced} in ${took}: instance ${after.instance} (generation ${after.generation}) is ready.`,
  );
}

export async function status(context: ServiceContext, json: boolean): Promise<void> {
  const { driver, home, budget, scope, run } = context;
  const state = await driver.state();
  const gateway = await observe(home);
  const short =
    state.stopLimit === undefined
      ? undefined
      : shortfallOf(budget, state.stopLimit, `it by \`${own(context, 'install')}\``);
  const linger =
    scope === 'user' && process.platform === 'linux'
      ? await lingers(userInfo().username, run)
      : undefined;
  process.exitCode = state.pid === undefined ? 1 : 0;
  if (json) {
    return sayJson({
      name: context.name,
      manager: driver.manager,
      ...state,
      needs: budget.manager,
      lingers: linger,
      gateway,
    });
  }
  const rows = [
    [context.name, `${driver.manager}: ${state.state}${state.pid ? `, pid ${state.pid}` : ''}`],
    ...state.details.map(([what, how]) => [what, how]),
    ...state.files.map((file, at) => [at === 0 ? 'unit' : 'drop-in', file]),
  ];
  if (state.installed) {
    rows.push(['by itself', state.enabled ? startsBy(scope, linger) : 'no: not enabled']);
    if (state.stopLimit !== undefined) {
      rows.push(['stop limit', `${state.stopLimit} s; a stop may take ${budget.manager} s`]);
    }
  }
  for (const line of table(rows)) say(line);
  if (short !== undefined) say(`\nWarning: ${short.message}.`);
  if (!state.installed) say(`Install it with: ${own(context, 'install')}`);
  if (gateway.status !== undefined && gateway.source === 'socket') {
    say();
    for (const line of statusLines(gateway.status, Date.now())) say(line);
  }
}

function startsBy(scope: string, linger: boolean | undefined): string {
  if (scope === 'system' || linger === true) return 'starts with the machine';
  return linger === false
    ? 'starts when you log in, ends when you log out (see `sluice service install --linger`)'
    : 'starts when you log in';
}

export async function logs(context: ServiceContext, request: LogRequest): Promise<void> {
  process.exitCode = await context.driver.logs(request);
}

/** The command line that does something with this very service. */
function own({ name, scope }: ServiceContext, word: string): string {
  const which = `${scope === 'system' ? ' --system' : ''}${name === 'sluice' ? '' : ` --name ${name}`}`;
  return `sluice service ${word}${which}`;
}
