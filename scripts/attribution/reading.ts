import type { Git } from './git.ts';
import { type History, openHistory } from './history.ts';
import { listPullRefs } from './pull-refs.ts';
import { countCommits, pathspecs, type Range } from './range.ts';

/** What takes git longest, asked as soon as the range is known: the rest can be loaded meanwhile. */
export interface Reading {
  readonly history: History;
  /** How many commits there are, by git's own count. */
  readonly counted: Promise<number>;
  /** What `listPullRefs` gives. */
  readonly refs: Promise<string>;
}

/** Begins to read a range. Whoever does not read it to its end stops its history. */
export function beginReading(git: Git, range: Range): Reading {
  const history = openHistory(git.dir, range.revisions, pathspecs(range));
  const counted = countCommits(git, range);
  const refs = listPullRefs(git);
  // They are awaited by whoever reads; a failing log is told first.
  counted.catch(() => {});
  refs.catch(() => {});
  return { history, counted, refs };
}
