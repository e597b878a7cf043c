import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from '../harness/temp.ts';

const MAIN = join(import.meta.dirname, '../../bin/sluice.js');

function version(env: Record<string, string>): string {
  const { stdout } = spawnSync(process.execPath, [MAIN, '--version'], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout.trim();
}

it('keeps compiled modules in the cache folder of the user, where nobody else can write', () => {
  const cache = tempDir();
  expect(version({ XDG_CACHE_HOME: cache })).toMatch(/^\d+\.\d+\.\d+/);
  const folder = join(cache, 'sluice', 'compiled');
  expect(statSync(folder).mode & 0o022).toBe(0);
});

it('keeps them where NODE_COMPILE_CACHE says instead', () => {
  const cache = tempDir();
  const own = join(cache, 'own');
  expect(version({ XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: own })).toMatch(/^\d/);
  expect(existsSync(own)).toBe(true);
  expect(existsSync(join(cache, 'sluice'))).toBe(false);
});

it('runs where nothing can be kept', () => {
  expect(version({ XDG_CACHE_HOME: '/dev/null' })).toMatch(/^\d/);
});
