import { randomBytes } from 'node:crypto';

let last = 0;

/** A fresh id: 11 characters of time (microseconds, base 36), then 80 random bits. Ids of one process sort by creation. */
export function newId(): string {
  last = Math.max(last + 1, Date.now() * 1_000);
  return last.toString(36).padStart(11, '0') + randomBytes(10).toString('hex');
}
