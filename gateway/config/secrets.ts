import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../core/exit.ts';
import type { Environment } from './environment.ts';

/** Where a secret stands, as a pair of keys in the configuration names it. */
export interface SecretRef {
  /** What the configuration calls it, for messages: `platforms.web.token`. */
  readonly what: string;
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}

/**
 * Reads a secret at the moment it is needed. Undefined where none is configured.
 * Tell the log of it (`Secrets.add`) before it is used anywhere.
 * @throws ConfigError when what is named is absent or empty; the message never holds the secret.
 */
export function readSecret(
  ref: SecretRef,
  from: { env: Environment; configFile?: string | undefined },
): string | undefined {
  if (ref.env !== undefined && ref.file !== undefined) {
    throw new ConfigError(`${ref.what}_env and ${ref.what}_file are both set; keep one of them`);
  }
  if (ref.env !== undefined) {
    const value = from.env[ref.env]?.trim();
    if (value) return value;
    throw new ConfigError(
      `${ref.what}_env names the environment variable ${ref.env}, which is not set`,
    );
  }
  if (ref.file === undefined) return undefined;
  const path =
    from.configFile === undefined ? resolve(ref.file) : resolve(dirname(from.configFile), ref.file);
  let value: string;
  try {
    value = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${ref.what}_file: cannot read ${path} (${(error as Error).message})`, {
      cause: error,
    });
  }
  if (value === '') throw new ConfigError(`${ref.what}_file: ${path} is empty`);
  return value;
}
