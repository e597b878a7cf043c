import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon } from '../tests/harness/daemonProcess.ts';

/**
 * Starts the daemon in a folder of its own, runs, and removes everything. A folder that was used before
 * has what the daemon keeps between its starts.
 */
export async function withDaemon<T>(
  run: (daemon: Daemon, readyMs: number) => Promise<T>,
  options: { folder?: string; env?: Record<string, string>; config?: string } = {},
): Promise<T> {
  const { folder, env, config } = options;
  const dir = folder ?? mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const start = performance.now();
  const daemon = new Daemon({
    dir,
    env: { SLUICE_LOG_LEVEL: 'warn', ...env },
    ...(config === undefined ? {} : { config }),
  });
  try {
    await daemon.ready(60_000);
    return await run(daemon, performance.now() - start);
  } finally {
    await daemon.endAll();
    if (folder === undefined) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Megabytes of all processes, shared pages counted once over (PSS); Linux only. */
export function memoryOf(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}
