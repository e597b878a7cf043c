import { MARK_NAME, type Mark, markOf, markSql } from '../moving/mark.ts';
import type { Connection } from './connection.ts';

/** The mark of a move in a journal's file. */
export function readMark(c: Connection): Mark | undefined {
  return markOf(c.get<{ value: string }>(markSql('cursors')));
}

/** Writes it; undefined takes it away. */
export function writeMark(c: Connection, mark: Mark | undefined): void {
  c.write(() => {
    c.run('DELETE FROM cursors WHERE name = ?', MARK_NAME);
    if (mark !== undefined) {
      c.run('INSERT INTO cursors (name, value) VALUES (?, ?)', MARK_NAME, JSON.stringify(mark));
    }
  });
}
