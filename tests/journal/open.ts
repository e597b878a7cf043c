import type { Journal } from '../../gateway/journal/journal.ts';
import { openPostgresJournal } from '../../gateway/journal/postgres/client.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite/client.ts';

/** Opens a journal by its place: a file, or `postgres://…#SCHEMA`. */
export function openJournal(place: string): Promise<Journal> {
  if (!place.startsWith('postgres:')) return openSqliteJournal({ file: place });
  const [url = '', schema = 'sluice'] = place.split('#');
  return openPostgresJournal({ url, schema });
}
