import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { ConfigError } from '../../core/exit.ts';

/**
 * Finds a program as `spawn` would, and its working directory.
 * @throws ConfigError naming what is not there: spawn says ENOENT for both.
 */
export async function findProgram(
  program: string,
  options: { readonly cwd: string; readonly path: string | undefined; readonly what: string },
): Promise<string> {
  const folder = await stat(options.cwd).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    throw new ConfigError(
      `${options.what}.cwd: there is no folder ${options.cwd}; make it or name another`,
    );
  }
  const places =
    isAbsolute(program) || program.includes('/')
      ? [resolve(options.cwd, program)]
      : (options.path ?? '').split(delimiter).map((dir) => resolve(options.cwd, dir, program));
  for (const place of places) {
    const found = await access(place, constants.X_OK).then(
      () => stat(place),
      () => undefined,
    );
    if (found?.isFile() === true) return place;
  }
  throw new ConfigError(
    `${options.what}.command: the program "${program}" was not found${program.includes('/') ? '' : ' on the PATH'}; install it, or give its full path`,
  );
}
