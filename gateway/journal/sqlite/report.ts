import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { breachSql, INVARIANTS } from '../invariants.ts';
import { complaintAbout, probeUrl } from './complaint.ts';
import { Connection } from './connection.ts';
import { SCHEMA_VERSION } from './migrations/index.ts';

/** What a journal's file is like, every page of it looked at. */
export interface JournalReport {
  /** Why it cannot be used; undefined where it can. */
  readonly complaint?: string;
  readonly bytes: number;
  /** The schema of the file, and the newest that this version knows. */
  readonly schema?: number;
  readonly newestSchema: number;
  /** When something was last recorded, epoch milliseconds. */
  readonly lastAt?: number;
}

/**
 * Examines a journal's file without writing to it, also while a gateway uses it. It takes as long as
 * reading the file does, and holds its thread up: use a process of its own for a large one.
 * @throws what the system or SQLite throws where the file cannot be read now.
 */
export function reportOn(file: string): JournalReport {
  const base = { bytes: statSync(file).size, newestSchema: SCHEMA_VERSION };
  const complaint = complaintAbout(file, SCHEMA_VERSION, Number.POSITIVE_INFINITY)?.what;
  if (complaint !== undefined) return { ...base, complaint };
  if (base.bytes === 0) return base;
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db: DatabaseSync = new DatabaseSync(probeUrl(file), { readOnly: true, timeout: 0 });
  try {
    const probe = new Connection(db, file);
    return probe.patiently(() => {
      const schema = probe.get<{ user_version: number }>('PRAGMA user_version')?.user_version;
      const last = probe.get<{ at: number }>('SELECT at FROM events ORDER BY seq DESC LIMIT 1');
      const broken = INVARIANTS.find(
        ({ sql }) => probe.get(breachSql(sql, '')) !== undefined,
      )?.rule;
      return {
        ...base,
        ...(broken === undefined ? {} : { complaint: `a rule is broken: ${broken}` }),
        ...(schema === undefined ? {} : { schema }),
        ...(last === undefined ? {} : { lastAt: last.at }),
      };
    });
  } finally {
    db.close();
  }
}
