import { randomUUID } from 'node:crypto';

/**
 * A new id: a letter, the time, and 80 random bits. Ids made one after another sort together, which
 * keeps the index pages that a commit touches few.
 */
export function newId(prefix: string, now: number): string {
  // Of a UUID the bits that are not fixed. Node draws these in bulk; `randomBytes` asks the system each time.
  const uuid = randomUUID();
  return `${prefix}${Math.max(0, now).toString(36).padStart(9, '0')}${uuid.slice(0, 8)}${uuid.slice(24)}`;
}
