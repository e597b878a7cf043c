import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * The name by which a home is known to others that share its journal: the host's, for people, and random
 * letters, kept in the home. A home that moves to another host stays the same one.
 */
export function machineOf(home: string): string {
  const file = join(home, 'machine');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const name = `${hostname()}-${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(file, `${name}\n`, { mode: 0o600, flag: 'wx' });
    return name;
  } catch (error) {
    // Another generation of this home was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFileSync(file, 'utf8').trim();
  }
}
