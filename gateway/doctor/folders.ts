import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The path itself where it is there, else the nearest folder above it that is. */
export function firstFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
