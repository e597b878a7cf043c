import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { ConfigError } from '../../../core/exit.ts';

export interface TokenFile {
  readonly token: string;
  /** It was made just now: show it to the person, this once. */
  readonly fresh: boolean;
}

/**
 * The token that is kept in `file`; made, readable by its owner alone, where there is none. Two processes
 * that ask at one time get the same.
 * @throws ConfigError when the file cannot be read or written, or is empty.
 */
export function tokenFile(file: string): TokenFile {
  try {
    return { token: create(file), fresh: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw failed(file, error);
  }
  return { token: read(file), fresh: false };
}

function create(file: string): string {
  // Exclusive: whoever comes second reads what the first has written.
  const fd = openSync(file, 'wx', 0o600);
  try {
    const token = randomBytes(24).toString('base64url');
    writeSync(fd, `${token}\n`);
    fsyncSync(fd);
    return token;
  } finally {
    closeSync(fd);
  }
}

function read(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw failed(file, error);
  }
  if (token.length >= 16) return token;
  throw new ConfigError(
    `${file} holds no token (at least 16 characters). Delete it to have a new one made.`,
  );
}

function failed(file: string, cause: unknown): ConfigError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError(
    `The web token cannot be kept in ${file}: ${why}. Make its folder writable, or set platforms.web.token_file.`,
    { cause },
  );
}
