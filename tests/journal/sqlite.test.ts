import { join } from 'node:path';
import { openSqliteJournal } from '../../gateway/journal/sqlite/client.ts';
import { tempDir } from '../harness/temp.ts';
import { conformance } from './conformance.ts';

conformance('sqlite', async () => ({
  journal: await openSqliteJournal({ file: join(tempDir(), 'journal.db') }),
}));
