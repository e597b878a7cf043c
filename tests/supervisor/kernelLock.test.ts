import { spawn } from 'node:child_process';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ConfigError } from '../../gateway/core/exit.ts';
import { acquireKernelLock, lockAccount } from '../../gateway/supervisor/kernelLock.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';

const MODULE = new URL('../../gateway/supervisor/kernelLock.ts', import.meta.url).href;

it('R15 holds a lock against another process until that process dies, by SIGKILL too', async () => {
  const file = join(tempDir(), 'lock.db');
  const code = `const { acquireKernelLock } = await import(${JSON.stringify(MODULE)});
    globalThis.lock = acquireKernelLock(${JSON.stringify(file)});
    console.log('held'); setInterval(() => {}, 1e6);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void other.kill('SIGKILL'));
  let said = '';
  other.stdout.on('data', (data) => {
    said += data;
  });
  let warned = '';
  other.stderr.on('data', (data) => {
    warned += data;
  });
  await eventually('the other process holds it', () => said.includes('held'));
  expect(acquireKernelLock(file)).toBeUndefined();
  other.kill('SIGKILL');
  const lock = await eventually('the lock is free', () => acquireKernelLock(file));
  lock.release();
  expect(warned).toBe('');
});

it('R16 lets one holder at a time have a platform account, and takes no token for a hash', () => {
  const folder = tempDir();
  const lock = lockAccount('ab'.repeat(16), folder);
  expect(lock).toBeDefined();
  expect(lockAccount('ab'.repeat(16), folder)).toBeUndefined();
  expect(lockAccount('cd'.repeat(16), folder)).toBeDefined();
  lock?.release();
  expect(lockAccount('ab'.repeat(16), folder)).toBeDefined();
  expect(() => lockAccount('123456:SECRET-token', folder)).toThrow('not the token');
});

it("makes an account's lock for its owner only, and closes one that others may read", () => {
  const folder = tempDir();
  const file = join(folder, `${'ab'.repeat(16)}.db`);
  const mode = () => statSync(file).mode & 0o777;
  lockAccount('ab'.repeat(16), folder)?.release();
  expect(mode()).toBe(0o600);
  chmodSync(file, 0o644);
  const lock = lockAccount('ab'.repeat(16), folder);
  expect(mode()).toBe(0o600);
  expect(lockAccount('ab'.repeat(16), folder)).toBeUndefined();
  lock?.release();
});

it('says which file cannot be locked, and exits 78 for it', () => {
  const file = join(tempDir(), 'file');
  writeFileSync(file, '');
  expect(() => acquireKernelLock(join(file, 'lock.db'))).toThrow(ConfigError);
  expect(() => acquireKernelLock(join(file, 'lock.db'))).toThrow(`cannot lock ${file}`);
});
