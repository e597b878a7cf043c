import { createHash } from 'node:crypto';
import { SluiceError } from '../../core/exit.ts';
import type { Readable, Writable } from './end.ts';
import { MOVED, type MovedTable, type Row } from './tables.ts';

/** What is in an end: so many rows of each table, and the hash of them. */
export interface Fingerprint {
  readonly rows: Readonly<Record<string, number>>;
  readonly hashes: Readonly<Record<string, string>>;
}

/** Called for each piece that is done, of `total` rows. */
export type Advance = (what: 'copying' | 'verifying', done: number, total: number) => void;

/** The rows of all tables that move. */
export async function totalOf(end: Readable): Promise<number> {
  let total = 0;
  for (const table of MOVED) total += await end.count(table);
  return total;
}

/**
 * Copies everything, then reads the target as it has become, and compares.
 * @throws SluiceError naming the table that differs; the target must then not be used.
 */
export async function copy(from: Readable, to: Writable, advance: Advance): Promise<Fingerprint> {
  const total = await totalOf(from);
  let done = 0;
  const wanted = await fingerprint(from, async (table, rows) => {
    await to.write(table, rows);
    done += rows.length;
    advance('copying', done, total);
  });
  const numbers: Record<string, number> = {};
  for (const table of MOVED.filter((t) => t.numbered)) {
    numbers[table.name] = await from.lastNumber(table);
  }
  await to.conclude(numbers, await from.forgotten());
  done = 0;
  const found = await fingerprint(to, async (_, rows) => {
    done += rows.length;
    advance('verifying', done, total);
  });
  const differs = difference(wanted, found);
  if (differs !== undefined) {
    throw new SluiceError(
      `the copy in ${to.name} is not what is in ${from.name} (${differs}). Nothing was changed; the journal stays where it was.`,
    );
  }
  return found;
}

/** Reads everything; `each` sees the pieces as they pass. */
export async function fingerprint(
  end: Readable,
  each: (table: MovedTable, rows: readonly Row[]) => Promise<void>,
): Promise<Fingerprint> {
  const rows: Record<string, number> = {};
  const hashes: Record<string, string> = {};
  for (const table of MOVED) {
    const hash = createHash('sha256');
    let n = 0;
    for await (const piece of end.pieces(table)) {
      for (const row of piece) {
        hash.update(`${JSON.stringify(table.columns.map((column) => row[column]))}\n`);
      }
      n += piece.length;
      await each(table, piece);
    }
    rows[table.name] = n;
    hashes[table.name] = hash.digest('hex');
  }
  rows.forgotten = 0;
  const forgotten = Object.entries(await end.forgotten()).filter(([, n]) => n > 0);
  for (const [, n] of forgotten) rows.forgotten += n;
  hashes.forgotten = JSON.stringify(forgotten.sort());
  return { rows, hashes };
}

/** Where two differ, for people; undefined where they are the same. */
export function difference(a: Fingerprint, b: Fingerprint): string | undefined {
  for (const name of Object.keys(a.rows)) {
    if (a.rows[name] !== b.rows[name]) {
      return `${name}: ${a.rows[name]} here, ${b.rows[name]} there`;
    }
    if (a.hashes[name] !== b.hashes[name]) return `${name}: as many, and not the same`;
  }
  return undefined;
}
