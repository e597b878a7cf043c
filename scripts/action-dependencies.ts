import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages that the audit of the GitHub Action loads. The gateway's, and what only prints JSON Schemas,
 * would be most of what it had to fetch at each start.
 */
export const NEEDED = [
  '@lezer/javascript',
  '@lezer/python',
  '@octokit/plugin-retry',
  '@octokit/plugin-throttling',
  '@octokit/rest',
  'commander',
  'mdast-util-from-markdown',
  'mdast-util-gfm',
  'micromark-extension-gfm',
  'simple-git',
  'yaml',
] as const;

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
interface Lock {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
}

/** The part of a lock file that the wanted packages rest on, each in the version that it has there. */
export function partOf(lock: Lock, wanted: readonly string[]): Lock {
  const { packages } = lock;
  const kept = new Set<string>();
  const find = (name: string, from: string): string | undefined => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
      if (path in packages) return path;
      if (at === '') return undefined;
    }
  };
  const keep = (name: string, from: string): void => {
    const path = find(name, from);
    // What is not in it was left out for another system, or is nobody's need.
    if (path === undefined || kept.has(path)) return;
    kept.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = packages[path]!;
    for (const each of [dependencies, optionalDependencies, peerDependencies])
      for (const other of Object.keys(each ?? {})) keep(other, path);
  };
  for (const name of wanted) keep(name, '');
  const all = packages['']?.dependencies ?? {};
  const dependencies = Object.fromEntries(wanted.map((name) => [name, all[name]!]));
  const entries = [...kept].sort().map((path) => [path, packages[path]!] as const);
  return {
    lockfileVersion: lock.lockfileVersion,
    packages: { '': { dependencies }, ...Object.fromEntries(entries) },
  };
}

/** Writes a package.json and a package-lock.json for `npm ci` into a folder. */
export function writeManifest(folder: string): void {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'));
  const part = partOf(lock as Lock, NEEDED);
  const { dependencies } = part.packages['']!;
  const write = (file: string, value: unknown) =>
    writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
  mkdirSync(folder, { recursive: true });
  write('package.json', { private: true, dependencies });
  write('package-lock.json', { ...part, requires: true });
}

if (import.meta.main) writeManifest(process.argv[2] ?? '.');
