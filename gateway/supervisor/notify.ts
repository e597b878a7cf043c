import { spawn } from 'node:child_process';

/** Tells the service manager what the supervisor is doing. Every call returns at once and never throws. */
export interface ServiceManager {
  ready(status: string): void;
  reloading(status: string): void;
  stopping(status: string): void;
  status(text: string): void;
  /** Resolves when what was said so far has been delivered, or its time is over. */
  close(): Promise<void>;
}

const SEND_TIMEOUT_MS = 5_000;

/**
 * systemd's protocol (sd_notify(3)), by its own `systemd-notify`, because Node has no Unix datagram
 * sockets; the unit needs `NotifyAccess=all`, for the sender is a child. Does nothing without
 * `NOTIFY_SOCKET`. Messages go out one after the other, in order. With `WATCHDOG_USEC` it also says
 * WATCHDOG=1 at half that interval, so a supervisor that hangs is restarted from above.
 * @param warn is told once when nothing can be delivered.
 */
export function serviceManager(
  env: NodeJS.ProcessEnv,
  warn: (message: string) => void,
): ServiceManager {
  const socket = env.NOTIFY_SOCKET;
  let last: Promise<void> = Promise.resolve();
  let warned = false;

  const send = (...fields: string[]): void => {
    if (!socket) return;
    last = last
      .then(() => deliver(fields, env))
      .catch((error: unknown) => {
        if (!warned) warn(`the service manager cannot be told (${fields[0]}): ${String(error)}`);
        warned = true;
      });
  };

  const watchdogMs = Number(env.WATCHDOG_USEC ?? 0) / 1_000;
  const forUs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid;
  const beat =
    socket && watchdogMs > 0 && forUs
      ? setInterval(() => send('WATCHDOG=1'), watchdogMs / 2)
      : undefined;
  beat?.unref();

  return {
    ready: (status) => send('READY=1', `STATUS=${status}`),
    // systemd wants the CLOCK_MONOTONIC time of the reload in the same message; hrtime is that clock.
    reloading: (status) =>
      send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`, `STATUS=${status}`),
    stopping: (status) => send('STOPPING=1', `STATUS=${status}`),
    status: (text) => send(`STATUS=${text}`),
    close() {
      clearInterval(beat);
      return last;
    },
  };
}

function deliver(fields: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn('systemd-notify', fields, { env, stdio: 'ignore', timeout: SEND_TIMEOUT_MS });
  child.once('error', reject);
  child.once('exit', (code, signal) =>
    code === 0 ? resolve() : reject(new Error(`systemd-notify ended with ${code ?? signal}`)),
  );
  return promise;
}

/** Who starts the supervisor anew after exit 75. `container` and the like cannot be told apart from nobody. */
export type Manager = 'systemd' | 'launchd' | 'other';

/** This process among others; injected for tests. */
export interface Own {
  readonly pid: number;
  readonly ppid: number;
}

/**
 * What is above us. `SLUICE_MANAGED` decides if set: 0 nobody, `systemd`, `launchd`, or 1 for another.
 *
 * Variables of a manager are inherited: a terminal that systemd started hands INVOCATION_ID to every
 * shell, and what runs there is nobody's service. So systemd must have started *this* process
 * (SYSTEMD_EXEC_PID, since 248), and launchd must be its parent.
 */
export function managerOf(env: NodeJS.ProcessEnv, own: Own = process): Manager | undefined {
  const said = env.SLUICE_MANAGED;
  if (said !== undefined) {
    if (said === 'systemd' || said === 'launchd') return said;
    return said === '1' ? 'other' : undefined;
  }
  if (env.NOTIFY_SOCKET) return 'systemd';
  if (env.SYSTEMD_EXEC_PID) return Number(env.SYSTEMD_EXEC_PID) === own.pid ? 'systemd' : undefined;
  if (env.INVOCATION_ID && own.ppid === 1) return 'systemd';
  // launchd sets XPC_SERVICE_NAME to the job's label, and to "0" in a terminal's session.
  const launchd = env.XPC_SERVICE_NAME;
  return launchd && launchd !== '0' && own.ppid === 1 ? 'launchd' : undefined;
}
