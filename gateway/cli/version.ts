import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version in package.json, found from the sources as well as from the built package. */
export const VERSION: string = read(import.meta.dirname);

function read(folder: string): string {
  try {
    const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      version?: string;
    };
    if (found.version !== undefined) return found.version;
  } catch {
    // Not here: one further up.
  }
  const parent = dirname(folder);
  return parent === folder ? '0.0.0' : read(parent);
}
