import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { ExitCode, RequestError } from '../../../core/exit.ts';
import { reportOnShared } from '../../../journal/postgres/report.ts';
import { reportOn } from '../../../journal/sqlite/report.ts';
import { say, sayJson } from '../../context.ts';
import { journalPlace } from './place.ts';

/** Says whether the journal is sound; exits 1 where it is not. */
export async function checkJournal(command: Command, { json }: { json?: boolean }): Promise<void> {
  const { file, schema, url } = journalPlace(command);
  if (url === undefined && !existsSync(file)) {
    throw new RequestError(`there is no journal ${file}; name the home with --home`);
  }
  const report =
    url === undefined ? { name: file, ...reportOn(file) } : await reportOnShared(url, schema);
  const { name, complaint, bytes } = report;
  if (complaint !== undefined) process.exitCode = ExitCode.FAILURE;
  if (json) return sayJson({ ok: complaint === undefined, ...report });
  if (complaint !== undefined) return say(`${name} can't be used: ${complaint}.`);
  const size = (bytes / 1024 / 1024).toFixed(1);
  say(`The journal is sound: ${name} (${size} MiB, schema ${report.schema ?? 0}).`);
}
