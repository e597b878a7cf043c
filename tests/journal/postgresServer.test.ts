import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';

/** Whether somebody listens on a port. */
function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise<boolean>((done) => {
    socket.once('connect', () => done(true)).once('error', () => done(false));
  }).finally(() => socket.destroy());
}

it('a test’s PostgreSQL ends with the process that started it, though that is killed', async () => {
  const starter = fork(new URL('./processes/serverStarter.ts', import.meta.url));
  const [port] = (await once(starter, 'message')) as [number];
  expect(await listens(port)).toBe(true);
  starter.kill('SIGKILL');
  await eventually('the server has ended', async () => !(await listens(port)));
});
