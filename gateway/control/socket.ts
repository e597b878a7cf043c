import { randomBytes } from 'node:crypto';
import { lstatSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { SluiceError } from '../core/exit.ts';
import { answers, listenPrivately } from './privateSocket.ts';
import { serverSocketPath, socketName } from './socketPath.ts';

/**
 * Binds a server to the control socket of a home, mode 0600.
 *
 * Whoever connects meets the old server or the new one, never nothing. A file left by a dead process is
 * replaced. A live one is an error, unless this is the successor in a hand-over (`takeOver`).
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
  const ino = await listenPrivately(server, path);
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
