import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

const SCRIPT = `const { DatabaseSync } = require('node:sqlite');
  new DatabaseSync(process.argv[1]).exec('BEGIN EXCLUSIVE');
  console.log('held');
  process.stdin.resume();`;

/** Another process that holds a lock file, as a running gateway does; a lock belongs to a process. */
export async function holdLock(file: string): Promise<void> {
  const child = spawn(process.execPath, ['--no-warnings', '-e', SCRIPT, file]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise<void>((done) => child.stdout.once('data', () => done()));
}
