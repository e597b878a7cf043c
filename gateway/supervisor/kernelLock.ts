import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ConfigError, SluiceError } from '../core/exit.ts';
import { closeToOthers, createPrivate } from '../files/private.ts';
import { withoutExperimentalWarning } from './experimentalWarning.ts';

/** A lock that the kernel holds for this process and frees when it dies, however it dies. */
export interface KernelLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes the lock `file`, or returns undefined when another process has it. Node has no flock; SQLite's
 * exclusive transaction is the same kernel lock, and works on Linux and macOS. Nothing is ever written
 * into the file, which is its owner's alone.
 *
 * Within one process take a file's lock once only: POSIX locks belong to the process, and closing any
 * descriptor of the file would free them (SQLite guards against that only for its own connections).
 * @throws ConfigError when the file cannot be opened or created.
 */
export function acquireKernelLock(file: string): KernelLock | undefined {
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    createPrivate(file);
    const sqlite = withoutExperimentalWarning(() => process.getBuiltinModule('node:sqlite'));
    db = new sqlite.DatabaseSync(file, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
    const held = db;
    return { release: () => held.isOpen && held.close() };
  } catch (error) {
    if (db?.isOpen) db.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`cannot lock ${file}: ${why}; is its folder writable for this user?`, {
      cause: error,
    });
  }
}

/**
 * Takes the lock of a home, which one supervisor holds while it runs (R15).
 * @throws SluiceError when another one runs there: exit 1, for it may be about to end.
 */
export function lockHome(home: string): KernelLock {
  const lock = acquireKernelLock(join(home, 'lock.db'));
  if (lock !== undefined) return lock;
  throw new SluiceError(
    `a gateway already runs on the home ${home}. See it with \`sluice status --home ${home}\`, ` +
      `restart it with \`sluice restart --home ${home}\`, end it with \`sluice stop --home ${home}\`; ` +
      'or give this one another home with --home.',
  );
}

/**
 * Takes the lock of one platform account for this user on this machine, whatever the home (R16).
 * `tokenHash` is a hash of the account's token in hexadecimal, never the token.
 * @returns undefined when another process has it.
 */
export function lockAccount(
  tokenHash: string,
  folder = accountLockFolder(),
): KernelLock | undefined {
  if (!/^[0-9a-f]{16,128}$/.test(tokenHash)) {
    throw new TypeError('lockAccount takes a hexadecimal hash of the token, not the token');
  }
  const file = join(folder, `${tokenHash}.db`);
  closeToOthers(file);
  return acquireKernelLock(file);
}

/** Where account locks lie: per user, not per home, for two homes must meet there. */
export function accountLockFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.HOME ?? '/';
  const state = env.XDG_STATE_HOME?.startsWith('/')
    ? env.XDG_STATE_HOME
    : join(home, '.local/state');
  return join(state, 'sluice', 'accounts');
}
