import type { Connection } from '../sqlite/connection.ts';
import type { Writable } from './end.ts';
import { type Cell, COUNTED, type MovedTable, PIECE, type Row } from './tables.ts';

type Stored = Record<string, number | string | null>;

/** A journal's file as one end of a move. Nobody else has it open: the home is locked. */
export function sqliteEnd(c: Connection, name: string): Writable {
  const live = () => {
    const rows = c.all<{ what: string; n: number }>(
      `SELECT 'message:' || outcome AS what, count(*) AS n FROM messages WHERE outcome IS NOT NULL GROUP BY outcome
       UNION ALL SELECT 'outbox:' || state, count(*) FROM outbox GROUP BY state`,
    );
    return new Map(rows.map(({ what, n }) => [what, n]));
  };
  return {
    name,
    async count({ name: table, where = 'true' }) {
      return c.get<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)?.n ?? 0;
    },
    async *pieces(table) {
      const sql = `SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE ${table.where ?? 'true'} ORDER BY ${table.key}`;
      let piece: Row[] = [];
      let characters = 0;
      for (const stored of c.db.prepare(sql).iterate() as Iterable<Stored>) {
        piece.push(fromStored(table, stored));
        for (const cell of Object.values(stored)) {
          if (typeof cell === 'string') characters += cell.length;
        }
        if (piece.length < PIECE.rows && characters < PIECE.characters) continue;
        yield piece;
        [piece, characters] = [[], 0];
      }
      if (piece.length > 0) yield piece;
    },
    async lastNumber({ name: table }) {
      const given = c.get<{ seq: number }>(
        'SELECT seq FROM sqlite_sequence WHERE name = ?',
        table,
      )?.seq;
      const highest = c.get<{ n: number }>(`SELECT ifnull(max(seq), 0) AS n FROM ${table}`)?.n ?? 0;
      return Math.max(given ?? 0, highest);
    },
    async forgotten() {
      const there = live();
      const kept = c.all<{ name: string; n: number }>('SELECT name, n FROM counters');
      const ever = new Map(kept.map((row) => [row.name, row.n]));
      return Object.fromEntries(
        COUNTED.map((what) => [what, Math.max(0, (ever.get(what) ?? 0) - (there.get(what) ?? 0))]),
      );
    },
    async write(table, rows) {
      const { columns } = table;
      const sql = `INSERT INTO ${table.name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
      c.write(() => {
        for (const row of rows) {
          c.run(sql, ...columns.map((column) => toStored(row[column] ?? null)));
        }
      });
    },
    async conclude(numbers, forgotten) {
      c.write(() => {
        for (const [table, last] of Object.entries(numbers)) {
          const at = c.run('UPDATE sqlite_sequence SET seq = ? WHERE name = ?', last, table);
          if (at === 0 && ownNumbers(c, table)) {
            c.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', table, last);
          }
        }
        // The triggers have counted what a row says when it is written; a message's outcome comes later.
        for (const [what, n] of live()) c.run('UPDATE counters SET n = ? WHERE name = ?', n, what);
        const add = 'UPDATE counters SET n = n + ? WHERE name = ?';
        for (const [what, n] of Object.entries(forgotten)) {
          c.run(add, n, what);
          if (what.startsWith('message:')) c.run(add, n, 'accepted');
        }
      });
    },
  };
}

/** Whether a table's numbers never come again (AUTOINCREMENT). */
function ownNumbers(c: Connection, table: string): boolean {
  const found = c.get<{ sql: string }>('SELECT sql FROM sqlite_schema WHERE name = ?', table);
  return /AUTOINCREMENT/.test(found?.sql ?? '');
}

function fromStored({ lists = [] }: MovedTable, stored: Stored): Row {
  const row: Record<string, Cell> = { ...stored };
  for (const column of lists) row[column] = JSON.parse(String(stored[column])) as number[];
  return row;
}

function toStored(cell: Cell): number | string | null {
  return cell !== null && typeof cell === 'object' ? JSON.stringify(cell) : cell;
}
