import { relative } from 'node:path';
import type { Commands } from '../report/summary.ts';
import type { SharedOptions } from './prepare.ts';

/** What an action is told where nothing has to be. */
const GITHUB_API = 'https://api.github.com';

type Options = SharedOptions & { readonly releaseFile?: string | undefined };

/**
 * The commands that mend what an audit with these options found. Paths are written as from the folder it
 * runs in, so that what a CI job reports can be copied in a clone.
 * @param canAsk the repository is on a forge that answers
 */
export function mendingCommands(options: Options, canAsk: boolean): Commands {
  const path = (each: string) => {
    const near = relative(process.cwd(), each) || '.';
    return near.startsWith('..') ? each : near;
  };
  const repo = path(options.repo);
  const pairs: readonly (readonly [string, readonly (string | undefined)[]])[] = [
    ['--repo', [repo === '.' ? undefined : repo]],
    ['--since-tag', [options.sinceTag]],
    ['--until', [options.until]],
    ['--path', (options.path ?? []).map(path)],
    ['--tag-format', [options.tagFormat]],
    ['--authors', (options.authors ?? []).map(path)],
    ['--prs', options.prs === undefined ? [] : [path(options.prs)]],
    ['--forge', [options.forge]],
    ['--project', [options.project]],
    ['--github', [options.github]],
    ['--api-url', [options.apiUrl === GITHUB_API ? undefined : options.apiUrl]],
    ['--min-evidence', [options.minEvidence === 'weak' ? 'weak' : undefined]],
    ['--release-file', [options.releaseFile === undefined ? undefined : path(options.releaseFile)]],
  ];
  const words = pairs.flatMap(([name, values]) =>
    values.flatMap((value) => (value === undefined ? [] : [name, quoted(value)])),
  );
  if (options.merges) words.push('--merges');
  const command = ['sluice-contributor-audit', ...words, '--fix'];
  return {
    ...(options.releaseFile === undefined
      ? {}
      : { fix: [...command, ...(options.offline ? ['--offline'] : [])].join(' ') }),
    ...(options.offline && canAsk ? { ask: command.join(' ') } : {}),
  };
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
