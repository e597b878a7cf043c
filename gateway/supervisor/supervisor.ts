import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { ExitCode } from '../core/exit.ts';
import { AccountLocks } from './accountLocks.ts';
import { withoutExperimentalWarning } from './experimentalWarning.ts';
import { sweepLeftovers } from './groups.ts';
import { lockHome } from './kernelLock.ts';
import { carryOverExec, inheritedListener, LISTENER_VARIABLE, SocketKeeper } from './listener.ts';
import { managerOf, serviceManager } from './notify.ts';
import { type SupervisorOptions, TIMEOUT_DEFAULTS } from './options.ts';
import { catchSignals } from './signals.ts';
import { Supervision } from './supervision.ts';
import { systemClock } from './systemClock.ts';

/** Set over a re-execution: how many generations there were. */
const GENERATIONS_VARIABLE = 'SLUICE_GENERATIONS';

/**
 * Runs the gateway: starts generations, hands over between them, replaces those that die, until it is
 * stopped. What it takes (signals, lock, socket) is given back in reverse.
 *
 * After a full restart without a service manager it does not return: the process becomes its new code.
 * @returns the exit code for this process.
 * @throws SluiceError when the home is in use, or when nothing has ever served and will not, for a reason that
 * a person has to see; its `exitCode` is to be used, its message to be shown.
 */
export async function superviseGateway(options: SupervisorOptions): Promise<ExitCode> {
  const signals = options.signals ?? catchSignals();
  const clock = options.clock ?? systemClock;
  const undo: (() => unknown)[] = [() => signals.close()];
  try {
    const lock = lockHome(options.home);
    undo.push(() => lock.release());
    const homeTag = createHash('sha256')
      .update(realpathSync(options.home))
      .digest('hex')
      .slice(0, 16);
    const left = await sweepLeftovers(homeTag, clock, TIMEOUT_DEFAULTS.killMs);
    if (left > 0) options.log('warn', `ended ${left} processes that an earlier run left behind`);

    const socket = new SocketKeeper(await inheritedListener());
    undo.push(() => socket.close());
    const manager = serviceManager(process.env, (message) => options.log('warn', message));
    undo.push(() => manager.close());

    const generations = Number(process.env[GENERATIONS_VARIABLE] ?? 0);
    const accounts = new AccountLocks();
    undo.push(() => accounts.release());
    const parts = { socket, manager, clock, homeTag, generations, accounts };
    const supervision = new Supervision({ ...options, signals }, parts);
    const code = await supervision.run();
    const managed = options.managed ?? managerOf(process.env) !== undefined;
    if (code === ExitCode.RESTART && !managed) {
      await manager.close();
      await becomeNewCode(socket, supervision.generations, options.log);
    }
    return code;
  } finally {
    for (const release of undo.reverse()) await release();
  }
}

/**
 * Replaces this process by a new run of the same command: same pid, same socket, new code. The home's
 * lock falls with the old image and is taken by the new one first thing. Returns when it cannot.
 */
async function becomeNewCode(
  { listener }: SocketKeeper,
  generations: number,
  log: SupervisorOptions['log'],
): Promise<void> {
  if (process.execve === undefined) {
    log(
      'error',
      'this system cannot re-execute a process in place: start the gateway again by hand',
    );
    return;
  }
  const carried = listener && (await carryOverExec(listener));
  if (listener !== undefined && carried === undefined)
    log('warn', 'the socket cannot be carried over; it is opened anew');
  const env: NodeJS.ProcessEnv = { ...process.env, [GENERATIONS_VARIABLE]: String(generations) };
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', LISTENER_VARIABLE])
    delete env[name];
  if (carried !== undefined) env[LISTENER_VARIABLE] = carried;
  log('info', 'the supervisor starts itself anew in place');
  const argv = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  withoutExperimentalWarning(() =>
    process.execve?.(process.execPath, argv, env as NodeJS.Dict<string>),
  );
}
