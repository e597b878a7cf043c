import { userInfo } from 'node:os';
import { shortfallOf } from '../../../config/budget.ts';
import { controlClient } from '../../../control/client.ts';
import { RequestError, SluiceError } from '../../../core/exit.ts';
import type { LogRequest } from '../../../service/driver.ts';
import { lingers } from '../../../service/lingering.ts';
import { say, sayJson } from '../../context.ts';
import { messageOf } from '../../guard.ts';
import { duration, table } from '../../text/format.ts';
import { statusLines } from '../../text/statusText.ts';
import { awaitRestart } from '../awaitRestart.ts';
import { observe } from '../observe.ts';
import { statusOrNone, waitFor } from '../waitFor.ts';
import { assertConfigured, type ServiceContext } from './serviceContext.ts';

const READY_MS = 60_000;
/** Lines of the log that are shown when a start has failed. */
const LAST_WORDS = 8;

/** Of the machine's services only root may change anything; said before the first attempt. */
export function mayChange({ scope }: ServiceContext): void {
  if (scope === 'system' && process.getuid?.() !== 0) {
    throw new RequestError('a service of the machine is changed by root: run this with sudo');
  }
}

/** @throws RequestError where there is no such service, or this user may not change it. */
async function changeable(context: ServiceContext): Promise<void> {
  mayChange(context);
  await context.driver.check();
  if ((await context.driver.state()).installed) return;
  throw new RequestError(
    `no service ${context.name} is installed; install it with: ${own(context, 'install')}`,
  );
}

export async function start(context: ServiceContext): Promise<void> {
  await changeable(context);
  const begin = performance.now();
  await started(context, () => context.driver.start());
  const now = await ready(context);
  if (now === undefined) return say('Started.');
  say(`Started in ${duration(performance.now() - begin)}: instance ${now.instance} is ready.`);
  for (const p of now.platforms) if (p.where !== undefined) say(`  ${p.platform}: ${p.where}`);
}

/**
 * Says why where a start fails: the manager itself knows only that it did.
 * @throws ConfigError naming the mistake, where the configuration is wrong; else what `start` throws.
 */
async function started(context: ServiceContext, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    assertConfigured(context);
    say('Its last words:');
    await context.driver.logs({ follow: false, lines: LAST_WORDS });
    throw error;
  }
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
  await changeable(context);
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
  await changeable(context);
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
    if (before === undefined && !force) {
      // Nothing ran, so it was a start.
      await started(context, () => Promise.reject(error));
    }
    if (!force) {
      throw new SluiceError(
        `${why}\nMend that and try again; or \`${own(context, 'restart')} --force\`, which ends the old one.`,
      );
    }
    // What cannot work as configured would not come back at all.
    assertConfigured(context);
    say(`No hand-over: ${why}`);
    await started(context, () => driver.forceRestart());
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
export function own({ name, scope }: ServiceContext, word: string): string {
  const which = `${scope === 'system' ? ' --system' : ''}${name === 'sluice' ? '' : ` --name ${name}`}`;
  return `sluice service ${word}${which}`;
}
