import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { type Loaded, load } from '../config/load.ts';
import { configCandidates } from '../config/paths.ts';
import { readSecret, type SecretRef } from '../config/secrets.ts';
import { controlClient, NotRunning } from '../control/client.ts';
import { ConfigError } from '../core/exit.ts';
import type { Status } from '../core/status.ts';
import { secretPath } from './secretRefs.ts';
import type { World } from './world.ts';

/** What several checks want to know, found out once. */
export interface Examinee extends World {
  /** @throws ConfigError where it cannot be read or is wrong. */
  loaded(): Promise<Loaded>;
  /** `running`: it answered. `silent`: something is there and does not answer. */
  gateway(): Promise<
    | { readonly is: 'running'; readonly status: Status }
    | { readonly is: 'none' }
    | { readonly is: 'silent'; readonly why: string }
  >;
  /**
   * Reads a secret without being held up by a file that is none.
   * @throws ConfigError, as `readSecret` does.
   */
  secret(ref: SecretRef): Promise<string | undefined>;
}

const ANSWER_MS = 3_000;

export function examinee(world: World): Examinee {
  const once = <T>(find: () => Promise<T>) => {
    let found: Promise<T> | undefined;
    return () => {
      found ??= find();
      return found;
    };
  };
  const loaded = once(async () => {
    const { config, places } = world;
    for (const { path } of configCandidates(config, places)) await mustNotBlock(path);
    const { env, cwd, userHome } = places;
    return load({
      env,
      cwd,
      ...(config === undefined ? {} : { path: config }),
      ...(userHome === undefined ? {} : { home: userHome }),
    });
  });
  /** Variables that a service has and this shell may not. */
  const ofService = once(async () => {
    const path = join(world.home, 'sluice.env');
    const found = await stat(path).catch(() => undefined);
    return found?.isFile() ? parseEnv(await readFile(path, 'utf8')) : {};
  });
  return {
    ...world,
    loaded,
    gateway: once(async () => {
      try {
        const status = await controlClient(world.home, { timeoutMs: ANSWER_MS }).status();
        return { is: 'running' as const, status };
      } catch (error) {
        if (error instanceof NotRunning) return { is: 'none' as const };
        return { is: 'silent' as const, why: (error as Error).message };
      }
    }),
    secret: async (ref) => {
      const { file } = await loaded();
      const path = secretPath(ref, file);
      if (path !== undefined) await mustNotBlock(path);
      return readSecret(ref, {
        env: { ...(await ofService()), ...world.places.env },
        configFile: file,
      });
    },
  };
}

/**
 * The configuration is read synchronously: a pipe or a disk that hangs would hold everything up. So it
 * is first read by a thread that is not waited for. What is not there is left to the reader to say.
 * @throws ConfigError for what is no plain file.
 */
async function mustNotBlock(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile()) throw new ConfigError(`${path} is not a file`);
  await readFile(path).catch(() => {});
}
