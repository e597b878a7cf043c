import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { ConfigError } from '../core/exit.ts';
import { closeHome } from '../files/homeFiles.ts';
import type { Environment } from './environment.ts';

// No library here: the parent process imports this file.

export interface Places {
  readonly env: Environment;
  readonly cwd: string;
  /** The user's home directory; by default what the system says. */
  readonly userHome?: string;
}

/** The XDG specification: a relative path in one of its variables is to be ignored. */
function xdg(places: Places, variable: string, fallback: string): string {
  const value = places.env[variable];
  if (value !== undefined && isAbsolute(value)) return value;
  return join(places.userHome ?? places.env.HOME ?? homedir(), fallback);
}

/** The user's folder of configurations. */
export function xdgConfigHome(places: Places): string {
  return xdg(places, 'XDG_CONFIG_HOME', '.config');
}

/** The folder of the journal, the control socket and the status file: --home, SLUICE_HOME, XDG. Not created. */
export function homePath(option: string | undefined, places: Places): string {
  const named = option ?? nonEmpty(places.env.SLUICE_HOME);
  if (named !== undefined) return resolve(places.cwd, named);
  return join(xdg(places, 'XDG_STATE_HOME', '.local/state'), 'sluice');
}

/**
 * Makes the home, readable by its owner only; what the gateway has made in it is closed to others again.
 * @throws ConfigError when it cannot be made or written to.
 */
export function ensureHome(home: string): string {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
    closeHome(home);
  } catch (error) {
    const why = (error as Error).message;
    throw new ConfigError(
      `the home ${home} cannot be used (${why}); choose another with --home or SLUICE_HOME`,
      { cause: error },
    );
  }
  return home;
}

/** Where a configuration is looked for, in order. A named file must exist; the others may be absent. */
export function configCandidates(
  option: string | undefined,
  places: Places,
): { path: string; named?: '--config' | 'SLUICE_CONFIG' }[] {
  if (option !== undefined) return [{ path: resolve(places.cwd, option), named: '--config' }];
  const variable = nonEmpty(places.env.SLUICE_CONFIG);
  if (variable !== undefined) {
    return [{ path: resolve(places.cwd, variable), named: 'SLUICE_CONFIG' }];
  }
  return [
    { path: join(places.cwd, 'sluice.yaml') },
    { path: join(xdgConfigHome(places), 'sluice', 'sluice.yaml') },
  ];
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
