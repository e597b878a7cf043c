import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../core/exit.ts';
import type { ListenAddress } from './protocol.ts';

/** The listening socket, held open here and accepted on by the generations. */
export interface Listener {
  readonly fd: number;
  readonly address: ListenAddress;
  close(): void;
}

/** A socket as Node passes it from process to process: open, and nobody accepts on it. */
export interface RawHandle {
  readonly fd: number;
  close(): void;
}

/** Keeps the listening socket from the moment that there is one until the supervisor ends. */
export class SocketKeeper {
  #listener: Listener | undefined;

  constructor(listener?: Listener) {
    this.#listener = listener;
  }

  get listener(): Listener | undefined {
    return this.#listener;
  }

  /** For the log. */
  get where(): string {
    if (this.#listener === undefined) return '';
    const { host, port } = this.#listener.address;
    return ` on ${host}:${port}`;
  }

  keep(handle: RawHandle, address: ListenAddress): void {
    this.close();
    this.#listener = { fd: handle.fd, address, close: () => handle.close() };
  }

  close(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }
}

/** Carries a listener over `process.execve`: JSON of descriptor and address. */
export const LISTENER_VARIABLE = 'SLUICE_LISTENER';
const HELPER_TIMEOUT_MS = 10_000;
const FIRST_PASSED_FD = 3;

/**
 * The listening socket that is there before any generation: the one kept over a re-execution, else the one
 * that the service manager passes (`LISTEN_FDS`, sd_listen_fds(3)). Undefined: the first generation opens it.
 * @throws ConfigError (78) when what the service manager passes is of no use.
 */
export async function inheritedListener(
  env: NodeJS.ProcessEnv = process.env,
): Promise<Listener | undefined> {
  const kept = env[LISTENER_VARIABLE];
  if (kept !== undefined) {
    const { fd, address } = JSON.parse(kept) as { fd: number; address: ListenAddress };
    return { fd, address, close: () => closeSync(fd) };
  }
  if (!(Number(env.LISTEN_FDS) >= 1 && Number(env.LISTEN_PID) === process.pid)) return undefined;
  const helper = holder(FIRST_PASSED_FD);
  const { message } = await answer(helper);
  helper.disconnect();
  if (message.address === undefined) {
    throw new ConfigError(
      `the socket passed by the service manager cannot be used: ${message.error}`,
    );
  }
  return { fd: FIRST_PASSED_FD, address: message.address, close: () => closeSync(FIRST_PASSED_FD) };
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
  const self = fileURLToPath(import.meta.url);
  const program = fileURLToPath(new URL(`./listenerHelper${extname(self)}`, import.meta.url));
  return spawn(process.execPath, [program], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', fd],
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
    failed('the helper that holds the socket was silent');
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
