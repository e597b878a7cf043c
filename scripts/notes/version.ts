import { CannotCheck } from '../attribution/errors.ts';

export type Bump = 'major' | 'minor' | 'patch';

/** The next version after a tag of the given format. @throws CannotCheck where the tag has none. */
export function nextVersion(tag: string | undefined, bump: Bump): string {
  if (tag === undefined) return bump === 'major' ? '1.0.0' : bump === 'minor' ? '0.1.0' : '0.0.1';
  const match = /(\d+)\.(\d+)\.(\d+)(?:-[\w.]+)?$/.exec(tag);
  if (match === null) throw new CannotCheck(`${tag} ends in no version to bump; use --version`);
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (bump === 'major') return `${major + 1}.0.0`;
  if (bump === 'minor') return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}

/** The tag of a version: `v{version}`, `app@{version}`. */
export function tagOf(format: string, version: string): string {
  return format.replace('{version}', version);
}

/** "8.21.0" of "curl-8_21_0", "3.0.1" of "@scope/cli@3.0.1". */
export function versionOf(tag: string): string | undefined {
  return /\d+(?:[._]\d+)+[\w.+-]*$/.exec(tag)?.[0].replaceAll('_', '.');
}
