import { CannotCheck } from '../attribution/errors.ts';

export type Bump = 'major' | 'minor' | 'patch';

const VERSION = /(\d+)\.(\d+)\.(\d+)(?:-[\w.]+)?$/;

/** The next version after a tag of the given format. @throws CannotCheck where the tag has none. */
export function nextVersion(tag: string | undefined, bump: Bump): string {
  if (tag === undefined) return bump === 'major' ? '1.0.0' : bump === 'minor' ? '0.1.0' : '0.0.1';
  const match = VERSION.exec(tag);
  if (match === null || match.slice(1).some((part) => /^0\d/.test(part ?? '')))
    throw new CannotCheck(`${tag} ends in no version to bump; use --version`);
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (bump === 'major') return `${major + 1}.0.0`;
  if (bump === 'minor') return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}

/**
 * The tag of a version: `v{version}`, `app@{version}`. A version that is written as a tag already
 * is one.
 * @throws CannotCheck for a format without a place for the version.
 */
export function tagOf(format: string, version: string): string {
  const [before, after, ...more] = format.split('{version}');
  if (after === undefined || more.length > 0)
    throw new CannotCheck(`the tag format "${format}" must contain {version} once`);
  const whole = before !== '' && version.startsWith(before!) && version.endsWith(after);
  return whole ? version : `${before}${version}${after}`;
}

/** How a tag is made, told from the one before: "docker-v29.7.0" makes `docker-v{version}`. */
export function formatOf(tag: string | undefined): string {
  const version = tag === undefined ? null : VERSION.exec(tag);
  return version === null ? 'v{version}' : `${tag!.slice(0, version.index)}{version}`;
}

const WRITTEN = /\d+(?:[._]\d+)+[\w.+-]*$/;

/** "8.21.0" of "curl-8_21_0", "3.0.1" of "@scope/cli@3.0.1". */
export function versionOf(tag: string): string | undefined {
  return WRITTEN.exec(tag)?.[0].replaceAll('_', '.');
}

/** What a tag has before its version: "@scope/cli@" of "@scope/cli@3.0.1". */
export function prefixOf(tag: string): string | undefined {
  const version = WRITTEN.exec(tag);
  return version === null ? undefined : tag.slice(0, version.index);
}
