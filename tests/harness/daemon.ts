import { onTestFinished } from 'vitest';
import { Daemon, type DaemonOptions } from './daemonProcess.ts';
import { tempDir } from './temp.ts';

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
