import { randomBytes } from 'node:crypto';

/**
 * A new id: a letter, the time, and 80 random bits. Ids made one after another sort together, which
 * keeps the index pages that a commit touches few.
 */
export function newId(prefix: string, now: number): string {
  return `${prefix}${Math.max(0, now).toString(36).padStart(9, '0')}${randomBytes(10).toString('hex')}`;
}
