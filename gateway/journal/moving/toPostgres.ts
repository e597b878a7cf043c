import type { TransactionSql } from 'postgres';
import { RequestError } from '../../core/exit.ts';
import { writeMark as markIn } from '../postgres/mark.ts';
import { readMark, writeMark } from '../sqlite/mark.ts';
import { type Advance, copy, type Fingerprint, totalOf } from './copy.ts';
import { connect, fileName, openMoved, type Shared, sharedName, stamp, stopped } from './place.ts';
import { postgresEnd } from './postgresEnd.ts';
import { sqliteEnd } from './sqliteEnd.ts';

export interface MoveOptions {
  /** The journal of the home. The home's lock is held. */
  readonly file: string;
  readonly shared: Shared;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly id: string;
  readonly advance: Advance;
}

export interface Moved {
  /** Absent where an earlier run had moved it already. */
  readonly copied?: Fingerprint;
  /** Where what was there before is kept. */
  readonly beside?: string;
}

/**
 * Moves the journal of a home into a schema of PostgreSQL. All of it, from the tables to the comparison, is
 * one transaction: killed at any point, nothing is there. The file is marked just before the commit, so that
 * no gateway opens both; where the commit then does not happen, the move is run again.
 * @throws RequestError where either end is in use, or the schema holds another journal.
 */
export async function moveToPostgres(options: MoveOptions): Promise<Moved> {
  const { file, shared, now, id, advance } = options;
  const { schema } = shared;
  const target = sharedName(shared);
  const c = openMoved(file);
  if (c === undefined)
    throw new RequestError(`there is no journal ${file}; name the home with --home`);
  const sql = await connect(shared);
  try {
    const mark = readMark(c);
    if (mark?.state === 'arriving') {
      throw new RequestError(
        'a move to this home did not end; run `sluice journal move --to home` again',
      );
    }
    if (mark?.state === 'away' && mark.other !== target) {
      throw new RequestError(
        `this journal was moved to ${mark.other} already. Take it back first: sluice journal move --to home`,
      );
    }
    return (await sql.begin(async (tx) => {
      const there = await stopped(tx, schema);
      if (mark?.state === 'away' && there?.id === mark.id && there.state === 'arrived') return {};
      const beside = there?.state === 'away' ? await setAside(tx, schema, now) : undefined;
      const end = postgresEnd(tx, schema, target);
      const found = await totalOf(end);
      if (found > 0) {
        throw new RequestError(
          `${target} holds another journal already (${found} rows). Name another schema in the configuration (journal.schema), or take that one away yourself`,
        );
      }
      const copied = await copy(sqliteEnd(c, file), end, advance);
      const move = { id, at: now };
      await markIn(tx, schema, { ...move, state: 'arrived', other: fileName(file) });
      writeMark(c, { ...move, state: 'away', other: target });
      return { copied, ...(beside === undefined ? {} : { beside }) };
    })) as Moved;
  } finally {
    await sql.end({ timeout: 5 });
    c.db.close();
  }
}

/** What was moved away from a schema is kept under another name. */
async function setAside(tx: TransactionSql, schema: string, now: number): Promise<string> {
  const beside = `${schema}_before_${stamp(now)}`;
  await tx.unsafe(`ALTER SCHEMA ${schema} RENAME TO ${beside}`);
  await stopped(tx, schema);
  return beside;
}
