import type { Sql, TransactionSql } from 'postgres';
import { MARK_NAME, type Mark, markOf, markSql } from '../moving/mark.ts';

/** The mark of a move in a schema. */
export async function readMark(
  sql: Sql | TransactionSql,
  schema: string,
): Promise<Mark | undefined> {
  const [row] = await sql.unsafe<{ value: string }[]>(markSql(`${schema}.cursors`));
  return markOf(row);
}

export async function writeMark(
  sql: Sql | TransactionSql,
  schema: string,
  mark: Mark,
): Promise<void> {
  await sql.unsafe(
    `INSERT INTO ${schema}.cursors (name, value) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [MARK_NAME, JSON.stringify(mark)],
  );
}
