import { posix } from 'node:path';
import type { Source } from './sources.ts';

/** One import of a file: `to` is a path from the root, or the name of a package or of a Node module. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** A rule about imports; `allows` is asked for each import of the files that it is `about`. */
export interface Rule {
  readonly name: string;
  readonly about: (path: string) => boolean;
  readonly allows: (to: string, from: string) => boolean;
}

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s*)(['"])([^'"\n]+)\1/g;

/** Every import of a file: static, dynamic, of types, and what is exported from elsewhere. */
export function importsOf({ path, text }: Source): Import[] {
  const code = text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  return [...code.matchAll(SPECIFIER)].map((match) => {
    const specifier = match[2] as string;
    const to = specifier.startsWith('.')
      ? posix.join(posix.dirname(path), specifier)
      : specifier.startsWith('node:')
        ? specifier
        : `package:${specifier}`;
    return { from: path, to };
  });
}

/** The folder of one adapter (`gateway/platforms/telegram/`), where a file lies in one. */
export function adapterOf(path: string): string | undefined {
  return /^gateway\/(?:platforms|agents)\/(?!shared\/)[^/]+\//.exec(path)?.[0];
}

const within = (...folders: string[]) => {
  return (path: string) => folders.some((folder) => path.startsWith(`${folder}/`));
};
const ours = within('gateway', 'scripts', 'tests', 'bench');

/** Folders of whole subcommands: they may look at everything, and nothing rests on them. */
const AT_THE_COMMAND_LINE = ['gateway/doctor', 'gateway/setup', 'gateway/backup'];

/** The way of a message, from the command line down: a room imports its own kind and what stands below it. */
const ROOMS_ABOVE: Readonly<Record<string, readonly string[]>> = {
  'gateway/assembly': ['gateway/instance'],
  'gateway/intake': ['gateway/instance', 'gateway/assembly'],
  'gateway/turns': ['gateway/instance', 'gateway/assembly', 'gateway/intake'],
  'gateway/delivery': ['gateway/instance', 'gateway/assembly', 'gateway/intake', 'gateway/turns'],
};

/** Imports run one way: cli → instance → assembly, intake → turns → delivery → platforms,
 * agents, journal → core. */
export const RULES: readonly Rule[] = [
  {
    name: "a room of the message's way does not know the rooms above it",
    about: within(...Object.keys(ROOMS_ABOVE)),
    allows: (to, from) =>
      !within(...(ROOMS_ABOVE[from.split('/').slice(0, 2).join('/')] ?? []))(to),
  },
  {
    name: 'core does no input or output and imports nothing but core',
    about: within('gateway/core'),
    allows: within('gateway/core'),
  },
  {
    name: 'who may read a file is decided in one place, which knows nobody',
    about: within('gateway/files'),
    allows: (to) => to.startsWith('node:') || within('gateway/files')(to),
  },
  {
    name: 'the journal knows core and itself',
    about: within('gateway/journal'),
    allows: (to) => !ours(to) || within('gateway/core', 'gateway/files', 'gateway/journal')(to),
  },
  {
    name: 'an adapter knows neither the journal nor what is above it',
    about: within('gateway/platforms', 'gateway/agents'),
    allows: (to) =>
      !ours(to) ||
      within('gateway/core', 'gateway/platforms', 'gateway/agents', 'gateway/console')(to) ||
      to === 'gateway/config/secrets.ts',
  },
  {
    name: 'an adapter knows no other adapter, and what they share knows none of them',
    about: (path) => adapterOf(path) !== undefined || /^gateway\/\w+\/shared\//.test(path),
    allows: (to, from) => adapterOf(to) === undefined || adapterOf(to) === adapterOf(from),
  },
  {
    name: 'platforms and agents do not know each other',
    about: within('gateway/platforms', 'gateway/agents'),
    allows: (to, from) =>
      !within('gateway/platforms', 'gateway/agents')(to) || to.split('/')[1] === from.split('/')[1],
  },
  {
    name: 'the supervisor knows core and itself, and no library',
    about: within('gateway/supervisor'),
    allows: (to) =>
      to.startsWith('node:') || within('gateway/core', 'gateway/files', 'gateway/supervisor')(to),
  },
  {
    name: 'service units know core, the configuration and the parent, and no library',
    about: within('gateway/service'),
    allows: (to) =>
      to.startsWith('node:') ||
      within('gateway/core', 'gateway/config', 'gateway/supervisor', 'gateway/service')(to),
  },
  {
    name: 'the configuration knows of adapters only their options',
    about: within('gateway/config'),
    allows: (to) =>
      !ours(to) ||
      within('gateway/core', 'gateway/files', 'gateway/config')(to) ||
      to === 'gateway/attachments/options.ts' ||
      /^gateway\/(?:platforms|agents)\/(?:.+\/)?options\.ts$/.test(to),
  },
  {
    name: 'what is done for a person at the command line is known there only',
    about: (path) =>
      within('gateway')(path) && !within('gateway/cli', ...AT_THE_COMMAND_LINE)(path),
    allows: (to) => !within(...AT_THE_COMMAND_LINE)(to),
  },
  {
    name: 'only main.ts knows the command line',
    about: (path) => within('gateway')(path) && !within('gateway/cli')(path),
    allows: (to, from) => !within('gateway/cli')(to) || from === 'gateway/main.ts',
  },
  {
    name: 'the gateway knows neither the scripts nor the tests',
    about: within('gateway'),
    allows: (to) => !within('scripts', 'tests', 'bench')(to),
  },
  {
    name: 'the scripts know neither the gateway nor the tests',
    about: within('scripts'),
    allows: (to) => !within('gateway', 'tests', 'bench')(to),
  },
  {
    name: 'who made a range is found out without knowing how a forge is asked',
    about: within('scripts/attribution'),
    allows: (to) => !within('scripts/forge', 'scripts/cli')(to),
  },
  {
    name: 'a forge is asked for facts, and knows not what becomes of them',
    about: within('scripts/forge'),
    allows: (to) => !ours(to) || within('scripts/forge', 'scripts/attribution')(to),
  },
];

/** Every import that breaks a rule, as `rule: file → import`. */
export function violations(files: readonly Source[], rules: readonly Rule[]): string[] {
  return files
    .flatMap(importsOf)
    .flatMap(({ from, to }) =>
      rules
        .filter((rule) => rule.about(from) && !rule.allows(to, from))
        .map((rule) => `${rule.name}: ${from} → ${to}`),
    );
}

/** Files with a default export. */
export function defaultExports(files: readonly Source[]): string[] {
  return files
    .filter(({ text }) => /^export\s+default\b|\bas\s+default\b/m.test(text))
    .map((f) => f.path);
}
