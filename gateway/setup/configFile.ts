import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { load } from '../config/load.ts';
import { configCandidates, type Places, xdgConfigHome } from '../config/paths.ts';
import { ConfigError } from '../core/exit.ts';
import type { Answers } from './answers.ts';
import { ConfigDocument } from './configDocument.ts';
import { type Edit, planOf, type SecretFile } from './edits.ts';

/** The file that is edited: the one that is read; where there is none, the user's own. */
export function fileToEdit(option: string | undefined, places: Places): string {
  const candidates = configCandidates(option, places);
  const found = candidates.find(({ path, named }) => named !== undefined || existsSync(path));
  return found?.path ?? join(xdgConfigHome(places), 'sluice', 'sluice.yaml');
}

/** What is about to be written. */
export interface Draft {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly secrets: readonly SecretFile[];
}

/** The text of a configuration; empty where there is none. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ConfigError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The configuration with the answers in it; nothing is written yet.
 * @param leaves told of each key that has another value already and keeps it; without it, answers win.
 */
export function draftOf(file: string, answers: Answers, leaves?: (edit: Edit) => void): Draft {
  const before = textOf(file);
  const document = new ConfigDocument(before, file);
  const plan = planOf(answers, document);
  /** Paths that keep what they have, secrets' paths among them. */
  const kept = new Set<string>();
  for (const { path, value } of plan.edits) {
    const now = document.get(path);
    const key = path.join('.');
    const same = JSON.stringify(now) === JSON.stringify(value);
    if (leaves !== undefined && (now !== undefined || kept.has(key))) {
      kept.add(key).add(key.replace(/_env$/, '_file'));
      if (!same && value !== undefined) leaves({ path, value });
    } else if (!same) document.apply({ path, value });
  }
  const secrets = plan.secrets.filter(({ path }) => !kept.has(path.join('.')));
  return { file, before, after: document.toString(), secrets };
}

/**
 * Writes a draft: first the secrets, then the configuration, each replaced in one step, and only when
 * the result can be read.
 * @throws ConfigError where the result would not be right; then nothing has changed but new secrets' files.
 */
export function writeDraft({ file, before, after, secrets }: Draft, places: Places): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  for (const { name, secret } of secrets) writeSecret(resolve(folder, name), secret);
  if (after === before) return;
  const draft = `${file}.new`;
  writeFileSync(draft, after);
  chmodSync(draft, existsSync(file) ? statSync(file).mode & 0o777 : 0o644);
  try {
    load({ path: draft, env: {}, cwd: places.cwd });
  } catch (error) {
    rmSync(draft, { force: true });
    throw new ConfigError((error as Error).message.replaceAll(draft, file), { cause: error });
  }
  renameSync(draft, file);
}

/** A secret in a file that only its owner may read, in a folder that only he may enter. */
function writeSecret(path: string, secret: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}
