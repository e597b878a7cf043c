import type { Command } from 'commander';
import { newId } from '../../../assembly/ids.ts';
import { RequestError } from '../../../core/exit.ts';
import type { Fingerprint } from '../../../journal/moving/copy.ts';
import { sharedName } from '../../../journal/moving/place.ts';
import { moveHome } from '../../../journal/moving/toHome.ts';
import { moveToPostgres } from '../../../journal/moving/toPostgres.ts';
import { unavailable } from '../../../journal/postgres/errors.ts';
import { lockHome } from '../../../supervisor/kernelLock.ts';
import type { MoveArguments } from '../../commands/journal.ts';
import { say, sayJson } from '../../context.ts';
import { ProgressLine } from '../../text/progressLine.ts';
import { journalPlace } from './place.ts';

/** Moves the journal of a stopped home, and says what to do next. */
export async function moveJournal(
  command: Command,
  { to, from, json }: MoveArguments,
): Promise<void> {
  const { home, file, schema, url: named } = journalPlace(command);
  const url = to === 'home' ? (from ?? named) : to === 'postgres' ? named : to;
  if (url === undefined) {
    throw new RequestError(
      'no database is named: set SLUICE_JOURNAL_URL or journal.url_env, or give its postgres:// address',
    );
  }
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new RequestError(`--to takes postgres, home, or an address that begins with postgres://`);
  }
  const shared = { url, schema };
  const lock = lockHome(home);
  const line = new ProgressLine();
  try {
    const options = { file, shared, now: Date.now(), id: newId(), advance: line.advance };
    const moved = await (to === 'home' ? moveHome(options) : moveToPostgres(options)).finally(() =>
      line.end(),
    );
    const place = to === 'home' ? file : sharedName(shared);
    if (json) return sayJson({ place, ...moved });
    if ('takenBack' in moved) {
      say(`The earlier move had not ended. The journal ${file} is in use again.`);
      return;
    }
    if (moved.copied === undefined) say(`It is in ${place} already; nothing was done.`);
    else say(`Moved to ${place}: ${summary(moved.copied)}. Every row was read back and compared.`);
    if (moved.beside !== undefined) say(`What was there before is kept: ${moved.beside}`);
    say(to === 'home' ? NEXT_HOME : nextShared(file));
  } catch (error) {
    throw 'code' in (error as object) ? told(error, sharedName(shared)) : error;
  } finally {
    lock.release();
  }
}

const NEXT_HOME =
  'Now take the database out of the configuration (journal.url_env, SLUICE_JOURNAL_URL), then: sluice run';

const nextShared = (file: string): string =>
  `${file} stays as it is and is not used any more.\nNow name the database in the configuration (journal.url_env, or SLUICE_JOURNAL_URL), then: sluice run`;

function summary({ rows }: Fingerprint): string {
  const shown = ['sessions', 'messages', 'turns', 'outbox'].map((name) => `${rows[name]} ${name}`);
  const all = Object.values(rows).reduce((sum, n) => sum + n, 0);
  return `${shown.join(', ')}; ${all} rows in all`;
}

/** What the server or the connection says, for people. */
function told(error: unknown, name: string): Error {
  const code = String((error as { code: unknown }).code);
  if (/^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57)/.test(code)) {
    return new RequestError(
      `${name} refused it: ${(error as Error).message}. Nothing was moved; give the role its rights (docs/fleet.md), or run it as the owner`,
      { cause: error },
    );
  }
  return unavailable(error, name);
}
