import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const CACHE = resolve(import.meta.dirname, '../../../node_modules/.cache/sluice-agents');
const INSTALL_BOUND_MS = 240_000;

/** Installs a package into a cache folder, unless it is there, and returns the folder of its commands. */
export async function installed(name: string, version: string, bin: string): Promise<string> {
  const folder = join(CACHE, `${name.replaceAll('/', '_')}-${version}`);
  const bins = join(folder, 'node_modules', '.bin');
  if (existsSync(join(bins, bin))) return bins;
  await mkdir(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`];
  await promisify(execFile)('npm', args, { timeout: INSTALL_BOUND_MS });
  return bins;
}
