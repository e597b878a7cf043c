import { dirname, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { SecretRef } from '../config/secrets.ts';
import { shellWord } from './shell.ts';

/** A section of the configuration that may name secrets, by keys such as `token_env` and `token_file`. */
type Section = Readonly<Record<string, unknown>>;

/** Every secret that the configuration names, of what is enabled; each by the keys that name it. */
export function secretRefs(config: Config): SecretRef[] {
  const places: [string, Section][] = [];
  for (const [platform, found] of Object.entries(config.platforms)) {
    const path = ['platforms', platform];
    if (!Array.isArray(found)) places.push([path.join('.'), found as Section]);
    else
      for (const one of found as Section[]) places.push([`${path.join('.')} (${one.name})`, one]);
  }
  for (const [name, agent] of Object.entries(config.agents)) places.push([`agents.${name}`, agent]);
  return places.flatMap(([what, section]) =>
    section.enabled === false ? [] : refsIn(what, section),
  );
}

function refsIn(what: string, section: Section): SecretRef[] {
  const stems = new Set(
    Object.keys(section).flatMap((key) => /^(\w+)_(?:env|file)$/.exec(key)?.[1] ?? []),
  );
  // A prompt is read by people, too.
  stems.delete('system_prompt');
  return [...stems].flatMap((stem) => {
    const [env, file] = [section[`${stem}_env`], section[`${stem}_file`]];
    if (typeof env !== 'string' && typeof file !== 'string') return [];
    return {
      what: `${what}.${stem}`,
      env: typeof env === 'string' ? env : undefined,
      file: typeof file === 'string' ? file : undefined,
    };
  });
}

/** Secrets that must be named and are not, by the beginning of their keys. The page makes its own where it needs one. */
export function missingRefs({ platforms }: Config): string[] {
  const without = (platform: 'telegram' | 'discord' | 'webhook', stem: string) =>
    (platforms[platform] as readonly Section[])
      .filter((a) => a.enabled !== false)
      .filter((a) => a[`${stem}_env`] === undefined && a[`${stem}_file`] === undefined)
      .map((a) => `platforms.${platform} (${a.name}).${stem}`);
  return [
    ...without('telegram', 'token'),
    ...without('discord', 'token'),
    ...without('webhook', 'secret'),
  ];
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
