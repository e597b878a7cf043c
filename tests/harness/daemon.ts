import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { Daemon, type DaemonOptions } from './daemonProcess.ts';
import { makeTempDir, tempDir } from './temp.ts';

export type { Daemon } from './daemonProcess.ts';

/** Starts the gateway as real processes, without waiting; all of them end with the test. */
export function spawnDaemon(options: Partial<DaemonOptions> = {}): Daemon {
  const daemon = new Daemon({ ...options, dir: options.dir ?? tempDir() });
  onTestFinished(() => daemon.endAll());
  return daemon;
}

/**
 * The one way to run the real thing in a test: temporary home, free port, ready when it returns.
 * @throws Error with the log's end when it is not ready within its hard time-out.
 */
export function startDaemon(options: Partial<DaemonOptions> = {}): Promise<Daemon> {
  return spawnDaemon(options).ready();
}

/**
 * One daemon for all tests of a file or a `describe`, for those that leave it serving. To be called where
 * tests are declared; the returned function gives it to a test.
 */
export function sharedDaemon(options: Partial<DaemonOptions> = {}): () => Daemon {
  let daemon: Daemon | undefined;
  let removeDir: () => void = () => {};
  beforeAll(async () => {
    const { dir, remove } = makeTempDir();
    removeDir = remove;
    daemon = new Daemon({ dir, ...options });
    await daemon.ready();
  });
  afterAll(async () => {
    await daemon?.endAll();
    removeDir();
  });
  return () => {
    if (daemon === undefined) throw new Error('the daemon is there in tests only');
    return daemon;
  };
}
