import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, renameSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';

/**
 * Lets a server listen at a Unix socket of this name, for its owner only; returns the file's inode.
 *
 * It is bound under another name and renamed into place. So whoever connects meets the server that was
 * there before or the new one; and a file of this name at which nobody answers is left by the dead, never
 * one of a server that is about to listen.
 * @throws (rejects) what listening fails with.
 */
export async function listenPrivately(server: Server, path: string): Promise<number> {
  // Not longer than the name of any socket here, so it fits wherever that does.
  const temporary = join(dirname(path), `.c${randomBytes(4).toString('hex')}`);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(temporary, () => {
      server.off('error', fail);
      done();
    });
  });
  chmodSync(temporary, 0o600);
  const { ino } = lstatSync(temporary);
  renameSync(temporary, path);
  return ino;
}

/** Whether somebody accepts connections there. Bounded: a full backlog counts as somebody. */
export function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    const end = (alive: boolean) => {
      socket.destroy();
      done(alive);
    };
    socket.setTimeout(2_000, () => end(true));
    socket.once('connect', () => end(true));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      end(error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED' && error.code !== 'ENOTSOCK');
    });
  });
}
