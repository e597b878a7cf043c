import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own, and the way to remove it. */
export function makeTempDir(prefix = 'sluice-'): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A folder of its own for one test, removed when the test has finished. */
export function tempDir(prefix = 'sluice-'): string {
  const { dir, remove } = makeTempDir(prefix);
  onTestFinished(remove);
  return dir;
}
