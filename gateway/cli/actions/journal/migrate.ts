import type { Command } from 'commander';
import { SluiceError } from '../../../core/exit.ts';
import { sharedName } from '../../../journal/moving/place.ts';
import { unavailable } from '../../../journal/postgres/errors.ts';
import { migrateShared } from '../../../journal/postgres/report.ts';
import { SCHEMA_VERSION as SHARED } from '../../../journal/postgres/schema.ts';
import { openFile } from '../../../journal/sqlite/file.ts';
import { SCHEMA_VERSION } from '../../../journal/sqlite/migrations/index.ts';
import { say } from '../../context.ts';
import { journalPlace } from './place.ts';

/** Brings the journal's tables up to this version. */
export async function migrateJournal(command: Command): Promise<void> {
  const { file, schema, url } = journalPlace(command);
  if (url === undefined) {
    openFile(file).db.close();
    say(`${file} has schema ${SCHEMA_VERSION}, the newest that this sluice knows.`);
    return;
  }
  const name = sharedName({ url, schema });
  try {
    const found = await migrateShared(url, schema);
    say(
      found === SHARED
        ? `${name} has version ${SHARED} already, the newest that this sluice knows.`
        : `${name} was brought from version ${found} to ${SHARED}.`,
    );
  } catch (error) {
    throw error instanceof SluiceError ? error : unavailable(error, name);
  }
}
