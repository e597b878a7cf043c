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
  // Renamed into place when whole; a package without commands has no folder of them.
  if (existsSync(folder)) return bins;
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

/**
 * One file of a published package, without the rest of it: an archive of 30 MB can unpack to half a
 * gigabyte. Kept in the same cache.
 * @returns its path
 */
export async function publishedFile(name: string, version: string, path: string): Promise<string> {
  const folder = join(CACHE, `${name}-${version}-${path}`.replaceAll('/', '_'));
  const file = join(folder, 'package', path);
  if (existsSync(file)) return file;
  const making = `${folder}.${process.pid}`;
  await mkdir(making, { recursive: true });
  try {
    const pack = ['pack', '--silent', '--pack-destination', making, `${name}@${version}`];
    const { stdout } = await run('npm', pack, { timeout: INSTALL_BOUND_MS });
    const archive = join(making, stdout.trim().split('\n').at(-1)!);
    await run('tar', ['-xzf', archive, '-C', making, `package/${path}`]);
    await rm(archive);
    await rename(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return file;
}
