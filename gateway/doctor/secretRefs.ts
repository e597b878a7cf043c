import { dirname, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { SecretRef } from '../config/secrets.ts';
import { shellWord } from './shell.ts';

interface Keys {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly token_env?: string | undefined;
  readonly token_file?: string | undefined;
  readonly secret_env?: string | undefined;
  readonly secret_file?: string | undefined;
  readonly api_key_env?: string | undefined;
  readonly api_key_file?: string | undefined;
}

const KINDS = ['token', 'secret', 'api_key'] as const;

/** Every secret that the configuration names, of what is enabled; each by the keys that name it. */
export function secretRefs(config: Config): SecretRef[] {
  const places: [string, Keys][] = [];
  for (const [platform, found] of Object.entries(config.platforms) as [string, Keys | Keys[]][]) {
    if (!Array.isArray(found)) places.push([`platforms.${platform}`, found]);
    else
      for (const one of found)
        places.push([`platforms.${platform} (${one.name ?? 'default'})`, one]);
  }
  for (const [name, agent] of Object.entries(config.agents)) {
    places.push([`agents.${name}`, agent as Keys]);
  }
  return places.flatMap(([what, keys]) =>
    keys.enabled === false
      ? []
      : KINDS.flatMap((kind) => {
          const [env, file] = [keys[`${kind}_env`], keys[`${kind}_file`]];
          return env === undefined && file === undefined
            ? []
            : [{ what: `${what}.${kind}`, env, file }];
        }),
  );
}

/** The file that a secret is in, absolute; undefined where it is in the environment. */
export function secretPath(ref: SecretRef, configFile: string | undefined): string | undefined {
  if (ref.file === undefined) return undefined;
  return configFile === undefined ? resolve(ref.file) : resolve(dirname(configFile), ref.file);
}

/** What stands for a secret in a shell command. */
export function secretInShell(ref: SecretRef, configFile: string | undefined): string {
  const path = secretPath(ref, configFile);
  return path === undefined ? `\${${ref.env ?? 'TOKEN'}}` : `$(cat ${shellWord(path)})`;
}
