import { randomUUID } from 'node:crypto';

let last = 0;

/** A fresh id: 11 characters of time (microseconds, base 36), then 80 random bits. Ids of one process sort by creation. */
export function newId(): string {
  last = Math.max(last + 1, Date.now() * 1_000);
  return last.toString(36).padStart(11, '0') + randomHex();
}

/** 80 random bits: those of a UUID that are not fixed. Node draws these in bulk; `randomBytes` asks the system each time. */
function randomHex(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(24);
}
