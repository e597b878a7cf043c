import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

const LOCK = new URL('../../gateway/supervisor/kernelLock.ts', import.meta.url).href;
const SCRIPT = `const { acquireKernelLock } = await import(${JSON.stringify(LOCK)});
  globalThis.lock = acquireKernelLock(process.argv[1]);
  console.log('held');
  process.stdin.resume();`;

/** Another process that holds a lock file, as a running gateway does; a lock belongs to a process. */
export async function holdLock(file: string): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, file]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((done) => child.stdout.once('data', () => done()));
}
