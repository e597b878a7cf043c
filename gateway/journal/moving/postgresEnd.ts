import type { Sql, TransactionSql } from 'postgres';
import { isBurstItem } from '../../core/burst.ts';
import { fromWire, toWire } from '../postgres/wire.ts';
import { type MessageColumns, messageOf } from '../rows.ts';
import type { Writable } from './end.ts';
import { type Cell, COUNTED, type MovedTable, PIECE, type Row } from './tables.ts';

/** A schema of PostgreSQL as one end of a move, within one transaction. */
export function postgresEnd(tx: TransactionSql | Sql, schema: string, name: string): Writable {
  const number = async (sql: string): Promise<number> => {
    const [row] = await tx.unsafe<{ n: string | null }[]>(sql);
    return Number(row?.n ?? 0);
  };
  return {
    name,
    count: ({ name: table, where = 'true' }) =>
      number(`SELECT count(*) AS n FROM ${schema}.${table} WHERE ${where}`),
    async *pieces(table) {
      const order = table.key === 'seq' ? 'seq' : `${table.key} COLLATE "C"`;
      const sql = `SELECT row_to_json(x)::text AS line FROM
        (SELECT ${table.columns.join(', ')} FROM ${schema}.${table.name} WHERE ${table.where ?? 'true'} ORDER BY ${order}) x`;
      for await (const lines of tx.unsafe<{ line: string }[]>(sql).cursor(PIECE.rows)) {
        yield lines.map(({ line }) => fromLine(table, line));
      }
    },
    async lastNumber({ name: table }) {
      const sequence = `${schema}.${table}_seq_seq`;
      return number(`SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM ${sequence}`);
    },
    async forgotten() {
      const rows = await tx.unsafe<{ what: string; n: string }[]>(
        `SELECT what, n FROM ${schema}.forgotten`,
      );
      const kept = new Map(rows.map(({ what, n }) => [what, Number(n)]));
      return Object.fromEntries(COUNTED.map((what) => [what, kept.get(what) ?? 0]));
    },
    async write(table, rows) {
      const columns = [...table.columns, ...(table.name === 'messages' ? ['burst'] : [])].join(
        ', ',
      );
      const lines = table.name === 'messages' ? rows.map(withBurst) : rows;
      await tx.unsafe(
        `INSERT INTO ${schema}.${table.name} (${columns}) ${table.key === 'seq' ? 'OVERRIDING SYSTEM VALUE' : ''}
         SELECT ${columns} FROM json_populate_recordset(NULL::${schema}.${table.name}, $1::text::json)`,
        [toWire(lines)],
      );
    },
    async conclude(numbers, forgotten) {
      for (const [table, last] of Object.entries(numbers)) {
        if (last > 0) await tx.unsafe(`SELECT setval('${schema}.${table}_seq_seq', ${last})`);
      }
      for (const [what, n] of Object.entries(forgotten)) {
        if (n > 0)
          await tx.unsafe(`INSERT INTO ${schema}.forgotten (what, n) VALUES ($1, $2)`, [what, n]);
      }
    },
  };
}

/** PostgreSQL is told which messages may belong to a burst; SQLite's reader looks for itself. */
function withBurst(row: Row): Row {
  const message = messageOf(row as unknown as MessageColumns);
  return { ...row, burst: isBurstItem(message) ? 1 : 0 };
}

function fromLine({ flags = [] }: MovedTable, line: string): Row {
  const row = fromWire(line) as Record<string, Cell | boolean>;
  for (const column of flags) row[column] = Number(row[column]);
  return row as Row;
}
