import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, SluiceError } from '../core/exit.ts';
import type { ListenAddress } from './protocol.ts';

/** The listening socket, held open here and accepted on by the generations. */
export interface Listener {
  readonly fd: number;
  readonly address: ListenAddress;
  close(): void;
}

interface RawHandle {
  readonly fd: number;
  close(): void;
}

/** Carries a listener over `process.execve`: JSON of descriptor and address. */
export const LISTENER_VARIABLE = 'SLUICE_LISTENER';
const HELPER_TIMEOUT_MS = 10_000;
const FIRST_PASSED_FD = 3;

/**
 * Opens the listening socket: the one kept over a re-execution, else the one the service manager
 * passes (`LISTEN_FDS`, sd_listen_fds(3)), else a new one on `wanted` (port 0: any free one).
 * @throws SluiceError (1) when the port is taken or the address is not there yet: both may pass.
 * @throws ConfigError (78) when the port may not be bound or the host does not exist.
 */
export async function openListener(
  wanted: ListenAddress,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Listener> {
  const kept = env[LISTENER_VARIABLE];
  if (kept !== undefined) {
    const { fd, address } = JSON.parse(kept) as { fd: number; address: ListenAddress };
    return { fd, address, close: () => closeSync(fd) };
  }
  if (Number(env.LISTEN_FDS) >= 1 && Number(env.LISTEN_PID) === process.pid) {
    const helper = holder(FIRST_PASSED_FD);
    const { message } = await answer(helper);
    helper.disconnect();
    if (message.address === undefined) {
      throw new ConfigError(
        `the socket passed by the service manager cannot be used: ${message.error}`,
      );
    }
    return {
      fd: FIRST_PASSED_FD,
      address: message.address,
      close: () => closeSync(FIRST_PASSED_FD),
    };
  }
  const helper = startHelper(['bind', wanted.host, String(wanted.port)]);
  const { message, handle } = await answer(helper);
  if (helper.connected) helper.disconnect();
  if (message.address === undefined || handle === undefined)
    throw cannotBind(wanted, message.error);
  return { fd: handle.fd, address: message.address, close: () => handle.close() };
}

/**
 * Makes the listener outlive `process.execve`, and returns the environment entry for the new program;
 * undefined when it did not work, and the new program has to bind anew.
 *
 * Over exec the kernel closes every descriptor that Node opened, but for 0, 1 and 2. So standard input,
 * which the supervisor never reads, is closed, and a helper passes the socket back to us: the kernel
 * gives a received descriptor the lowest free number, 0.
 */
export async function carryOverExec(listener: Listener): Promise<string | undefined> {
  if (listener.fd !== 0) {
    const helper = holder(listener.fd);
    await answer(helper);
    try {
      closeSync(0);
    } catch {
      // It was closed already.
    }
    const back = answer(helper);
    helper.send({});
    const { handle } = await back;
    if (handle?.fd !== 0) return undefined;
    carried.push(handle);
  }
  return JSON.stringify({ fd: 0, address: listener.address });
}

/** Keeps received handles from being collected, which would close them. */
const carried: RawHandle[] = [];

function holder(fd: number): ChildProcess {
  return startHelper(['hold'], fd);
}

function startHelper(args: string[], fd?: number): ChildProcess {
  const self = fileURLToPath(import.meta.url);
  const program = fileURLToPath(new URL(`./listenerHelper${extname(self)}`, import.meta.url));
  return spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', ...(fd === undefined ? [] : [fd])],
    detached: true,
  });
}

interface Answer {
  readonly message: { readonly address?: ListenAddress; readonly error?: string };
  readonly handle?: RawHandle;
}

function answer(helper: ChildProcess): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const failed = (error: string) => resolve({ message: { error } });
  const timer = setTimeout(() => {
    helper.kill('SIGKILL');
    failed('the helper that binds the socket was silent');
  }, HELPER_TIMEOUT_MS);
  helper.once('error', (error) => failed(error.message));
  helper.once('exit', (code, signal) => failed(`its helper ended with ${code ?? signal}`));
  helper.once('message', (message, handle) =>
    resolve({
      message: message as Answer['message'],
      ...(handle && { handle: handle as unknown as RawHandle }),
    }),
  );
  return promise.finally(() => clearTimeout(timer));
}

function cannotBind(wanted: ListenAddress, code = 'unknown error'): SluiceError {
  const where = `${wanted.host}:${wanted.port}`;
  switch (code) {
    case 'EADDRINUSE':
      // Exit 1, not 78: the program that has the port may be about to end, so another try can help.
      return new SluiceError(
        `port ${wanted.port} on ${wanted.host} is in use by another program; ` +
          'end that program, or choose another port in the configuration (0 takes any free one).',
      );
    case 'EACCES':
      return new ConfigError(
        `this user may not listen on ${where}; choose a port of 1024 or above, or let the service manager pass the socket.`,
      );
    case 'ENOTFOUND':
      return new ConfigError(
        `the host ${wanted.host} to listen on is not known; correct it in the configuration.`,
      );
    case 'EADDRNOTAVAIL':
      return new SluiceError(
        `${wanted.host} is no address of this machine (yet); correct the host in the configuration, or start again once the network is up.`,
      );
    default:
      return new SluiceError(`cannot listen on ${where}: ${code}.`);
  }
}
