import { lstat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JournalReport } from '../../journal/sqlite/report.ts';
import type { Check } from '../check.ts';
import type { Examinee } from '../examinee.ts';
import { says } from '../finding.ts';
import { shellLine } from '../shell.ts';
import { sharedJournal } from './sharedJournal.ts';

const { ok, problem, warning } = says('journal');
const LIMIT_MS = 6_000;
/** A clock that was set: more than this is no measuring error. */
const AHEAD_MS = 60_000;

/** The journal: every page of it sound, of a schema that this version knows, not from the future. */
export const journalCheck: Check = {
  name: 'journal',
  async examine(of) {
    // Whatever lies in the home then is not used.
    if ((await sharedJournal(of)) !== undefined) return [];
    const file = join(of.home, 'journal.db');
    const found = await lstat(file).catch(() => undefined);
    if (found === undefined) return [ok('none yet; the first start makes it')];
    const restore = `sluice stop; sluice restore FILE   (a backup; move ${file} away if there is none)`;
    if (!found.isFile()) return [problem(`${file} is not a file`, restore)];
    const report = await examined(of, file);
    if (report === 'late') {
      const mend = shellLine('sqlite3', `file:${file}?mode=ro`, 'PRAGMA quick_check');
      return [
        warning(`its ${size(found.size)} could not all be read in ${LIMIT_MS / 1000} s`, mend),
      ];
    }
    if (typeof report === 'string') {
      return [problem(`it cannot be read: ${report}`, shellLine('ls', '-l', file))];
    }
    const { complaint, schema = 0, newestSchema, bytes, lastAt } = report;
    if (complaint?.includes('newer version')) {
      return [problem(complaint, 'npm install --global sluice@latest')];
    }
    if (complaint?.includes('moved to')) {
      return [
        problem(
          complaint,
          'name the database in the configuration, or: sluice journal move --to home',
        ),
      ];
    }
    if (complaint !== undefined) return [problem(complaint, restore)];
    if (lastAt !== undefined && lastAt - of.now() > AHEAD_MS) {
      return [
        warning(
          `its last entry is from the future (${new Date(lastAt).toISOString()}): the clock was set back`,
          'timedatectl status',
        ),
      ];
    }
    const how = `sound, ${size(bytes)}`;
    if (schema < newestSchema) {
      return [
        ok(
          `${how}; the next start raises its schema from ${schema} to ${newestSchema}, with a backup`,
        ),
      ];
    }
    return [ok(`${how}, schema ${schema}`)];
  },
};

async function examined(of: Examinee, file: string): Promise<JournalReport | string> {
  const script = fileURLToPath(
    new URL(`../journalChild${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
  );
  const ran = await of.run(process.execPath, ['--no-warnings', script, file], {
    timeoutMs: LIMIT_MS,
  });
  if (ran.code === 0) return JSON.parse(ran.stdout) as JournalReport;
  return ran.code === 124 ? 'late' : lastError(ran.stderr);
}

/** Node's report of an uncaught error, without its stack. */
function lastError(stderr: string): string {
  return (
    /^\w*Error\b.*?: (.*)$/m.exec(stderr)?.[1] ?? (stderr.trim().split('\n').at(-1) || 'no answer')
  );
}

function size(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
