import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError } from '../core/exit.ts';

/** Bytes that a Unix socket's path may have: 108 on Linux and 104 on macOS, the final NUL included. */
export const SOCKET_PATH_LIMIT = 103;

/** The name of the control socket in a home; a link to it where the home's path is too long. */
export function socketName(home: string): string {
  return join(home, 'control.sock');
}

/**
 * The path a server binds. Where the home's path is too long for a socket it is a folder of our own
 * under XDG_RUNTIME_DIR or the temporary folder, and `socketName` becomes a link that clients follow.
 * @throws ConfigError when that folder belongs to somebody else, or is too long as well.
 */
export function serverSocketPath(
  home: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const name = socketName(home);
  if (fits(name)) return name;
  const user = process.getuid?.() ?? 0;
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 12);
  const path = join(env.XDG_RUNTIME_DIR ?? tmpdir(), `sluice-${user}-${hash}`, 'control.sock');
  if (!fits(path)) {
    throw new ConfigError(
      `the path of the control socket is too long (${name}, and ${path}; at most ${SOCKET_PATH_LIMIT} bytes); choose a shorter --home`,
    );
  }
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== user || (found.mode & 0o077) !== 0) {
    throw new ConfigError(
      `${folder} is not a private folder of this user; remove it or choose a shorter --home`,
    );
  }
  return path;
}

/** The path a client connects to. */
export function clientSocketPath(home: string): string {
  const name = socketName(home);
  try {
    return readlinkSync(name);
  } catch {
    return name;
  }
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= SOCKET_PATH_LIMIT;
}
