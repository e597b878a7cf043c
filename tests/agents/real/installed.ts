import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const CACHE = resolve(import.meta.dirname, '../../../node_modules/.cache/sluice-agents');
const INSTALL_BOUND_MS = 240_000;

const run = promisify(execFile);

export interface RealAgent {
  readonly name: string;
  /** An exact version: what others publish tomorrow must not break today's tests. */
  readonly version: string;
  /** A script of the package that its own install would run; npm is told to run none by itself. */
  readonly prepare?: string;
}

/**
 * Installs a package into a cache folder, unless it is there, and returns the folder of its commands.
 * A cut-off install leaves nothing that looks whole.
 */
export async function installed({ name, version, prepare }: RealAgent): Promise<string> {
  const folder = join(CACHE, `${name.replaceAll('/', '_')}-${version}`);
  const bins = join(folder, 'node_modules', '.bin');
  if (existsSync(bins)) return bins;
  const making = `${folder}.${process.pid}`;
  await mkdir(making, { recursive: true });
  try {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    const args = ['install', '--prefix', making, ...quiet, `${name}@${version}`];
    await run('npm', args, { timeout: INSTALL_BOUND_MS });
    if (prepare !== undefined) {
      const cwd = join(making, 'node_modules', name);
      await run(process.execPath, [prepare], { cwd, timeout: INSTALL_BOUND_MS });
    }
    await rename(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return bins;
}
