import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { SluiceError } from '../core/exit.ts';
import { serverSocketPath, socketName } from './socketPath.ts';

/**
 * Binds a server to the control socket of a home, mode 0600.
 *
 * It is bound under another name and renamed into place: whoever connects meets the old server or the
 * new one, never nothing. A file left by a dead process is replaced the same way. A live one is an
 * error, unless this is the successor in a hand-over (`takeOver`).
 *
 * Returns the way to remove the name, which does so only while it is still this server's.
 */
export async function bindControlSocket(
  server: Server,
  home: string,
  takeOver: boolean,
): Promise<() => void> {
  const path = serverSocketPath(home);
  if (!takeOver && (await answers(path))) {
    throw new SluiceError(
      `another gateway is running on the home ${home}; stop it with \`sluice stop\`, or choose another --home`,
    );
  }
  // Shorter than the final name, so it fits wherever that does.
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
  if (path !== socketName(home)) link(path, socketName(home));
  return () => {
    try {
      if (lstatSync(path).ino !== ino) return;
      unlinkSync(path);
      if (path !== socketName(home)) unlinkSync(socketName(home));
    } catch {
      // Gone already: what was wanted.
    }
  };
}

function link(target: string, name: string): void {
  const temporary = `${name}.${randomBytes(4).toString('hex')}`;
  symlinkSync(target, temporary);
  renameSync(temporary, name);
}

/** Whether somebody accepts connections there. Bounded: a full backlog counts as somebody. */
function answers(path: string): Promise<boolean> {
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
