import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
  files: string[];
};

describe.each(Object.entries(manifest.bin))('the bin %s', (name, path) => {
  it('can be executed', () => {
    expect(statSync(join(ROOT, path)).mode & 0o111).toBe(0o111);
  });

  it('says on an old Node what is needed, before it imports anything, and exits 78', () => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' })`;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, join(ROOT, path)],
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect(stderr).toContain(`${name} needs Node.js 24 or newer`);
    expect(status).toBe(78);
  });
});

describe('the package', () => {
  it('names only files that are there, or that the build makes', () => {
    const missing = manifest.files.filter((f) => f !== 'dist' && !existsSync(join(ROOT, f)));
    expect(missing).toEqual([]);
  });
});
