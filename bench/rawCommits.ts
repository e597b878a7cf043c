import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Milliseconds of single-row durable commits: what the disk makes everybody pay. */
export function rawCommits(folder: string, samples: number): number[] {
  const db = new DatabaseSync(join(folder, 'raw.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x, y)');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
  const times = Array.from({ length: samples }, (_, i) => {
    const start = performance.now();
    insert.run(i, 'a row of some hundred bytes '.repeat(4));
    return performance.now() - start;
  });
  db.close();
  return times;
}
