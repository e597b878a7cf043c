import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Builds dist/: tsc, then every file that is no source, at the same path. */
export function build(): void {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
    timeout: 300_000,
  });
  for (const folder of ['gateway', 'scripts']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.ts')) continue;
      const file = join(entry.parentPath, entry.name);
      cpSync(file, join(root, 'dist', file.slice(root.length + 1)));
    }
  }
}

if (import.meta.main) build();
