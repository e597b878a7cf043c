import { RequestError } from '../../core/exit.ts';
import { writeMark as markIn } from '../postgres/mark.ts';
import type { Connection } from '../sqlite/connection.ts';
import { readMark, writeMark } from '../sqlite/mark.ts';
import { copy, totalOf } from './copy.ts';
import type { Mark } from './mark.ts';
import {
  connect,
  fileName,
  isThere,
  newDraft,
  openMoved,
  replaceFile,
  sharedName,
  stamp,
  stopped,
} from './place.ts';
import { postgresEnd } from './postgresEnd.ts';
import { sqliteEnd } from './sqliteEnd.ts';
import type { Moved, MoveOptions } from './toPostgres.ts';

export interface MovedHome extends Moved {
  /** The move to PostgreSQL never ended, and what it began is taken back: the file is in use again. */
  readonly takenBack?: true;
}

/**
 * Moves a journal out of PostgreSQL into a home. The copy is made and compared beside the file in use, put in
 * its place with a mark that no gateway opens, then the schema is marked as moved, then the file's mark says
 * that it arrived. Killed between any two of these no gateway opens both, and a second run ends it.
 * @throws RequestError where either end is in use, or the home has another journal.
 */
export async function moveHome(options: MoveOptions): Promise<MovedHome> {
  const { file, shared, now, id, advance } = options;
  const { schema } = shared;
  const source = sharedName(shared);
  const here = markHere(file, source);
  const sql = await connect(shared);
  try {
    if (!(await isThere(sql, shared))) {
      if (takeBack(file, here.mark)) return { takenBack: true };
      throw new RequestError(`there is no journal in ${source}`);
    }
    const outcome = (await sql.begin(async (tx) => {
      const mark = await stopped(tx, schema);
      if (mark?.state === 'away') {
        if (mark.other !== fileName(file)) {
          throw new RequestError(`the journal in ${source} was moved to ${mark.other} already`);
        }
        if (here.mark?.id === mark.id && here.mark.state !== 'arriving') return {};
      }
      if (here.mark?.state === 'arrived' || (here.mark === undefined && here.rows > 0)) {
        throw new RequestError(
          `${file} holds another journal already (${here.rows} rows); name another home with --home`,
        );
      }
      const end = postgresEnd(tx, schema, source);
      if (here.mark?.state === 'away' && mark === undefined && (await totalOf(end)) === 0) {
        if (takeBack(file, here.mark)) return { takenBack: true as const };
      }
      const move = { id, at: now };
      const draft = `${file}.arriving`;
      const c = newDraft(draft);
      let copied: Moved['copied'];
      try {
        copied = await copy(end, sqliteEnd(c, draft), advance);
        writeMark(c, { ...move, state: 'arriving', other: source });
        c.db.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        c.db.close();
      }
      const keeps = here.there && here.mark?.state !== 'arriving';
      const beside = keeps ? `${file}.before-${stamp(now)}` : undefined;
      replaceFile(draft, file, beside);
      await markIn(tx, schema, { ...move, state: 'away', other: fileName(file) });
      return { copied, ...(beside === undefined ? {} : { beside }) };
    })) as MovedHome;
    if (outcome.copied !== undefined)
      setMark(file, { id, at: now, state: 'arrived', other: source });
    return outcome;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** What the home has now. */
function markHere(file: string, source: string): { there: boolean; rows: number; mark?: Mark } {
  const c = openMoved(file);
  if (c === undefined) return { there: false, rows: 0 };
  try {
    const mark = readMark(c);
    if (mark?.state === 'away' && mark.other !== source) {
      throw new RequestError(`${file} was moved to ${mark.other}, not to ${source}`);
    }
    const rows = c.get<{ n: number }>('SELECT count(*) AS n FROM sessions')?.n ?? 0;
    return { there: true, rows, ...(mark === undefined ? {} : { mark }) };
  } finally {
    c.db.close();
  }
}

/** The file is in use again. False: it never was on its way. */
function takeBack(file: string, mark: Mark | undefined): boolean {
  if (mark?.state !== 'away') return false;
  setMark(file, undefined);
  return true;
}

function setMark(file: string, mark: Mark | undefined): void {
  const c = openMoved(file) as Connection;
  try {
    writeMark(c, mark);
  } finally {
    c.db.close();
  }
}
