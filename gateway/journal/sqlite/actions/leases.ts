import type { Connection } from '../connection.ts';

/** A lease lasts as long as its holder's life: an instance that lapsed or is gone holds nothing. */
export function lease(c: Connection, name: string, holder: string, now: number): boolean {
  const row = c.get<{ holder: string; until: number | null }>(
    `SELECT l.holder, i.until FROM leases l LEFT JOIN instances i ON i.id = l.holder
     WHERE l.name = ?`,
    name,
  );
  if (row?.holder === holder) return true;
  if (row !== undefined && row.until !== null && row.until >= now) return false;
  c.run(
    `INSERT INTO leases (name, holder) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder`,
    name,
    holder,
  );
  return true;
}

export function release(c: Connection, name: string, holder: string): void {
  c.run('DELETE FROM leases WHERE name = ? AND holder = ?', name, holder);
}

export function leaseHolder(c: Connection, name: string): string | undefined {
  return c.get<{ holder: string }>('SELECT holder FROM leases WHERE name = ?', name)?.holder;
}
