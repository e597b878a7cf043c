/** The pull request that a commit landed with, and of a merged one the fork's owner. */
export interface Landing {
  readonly pr?: number;
  readonly owner?: string;
}

/** Reads GitHub's two habits, `… (#12)` and the merge commit, and the one of a merge bot. */
export function landing(subject: string, merge: boolean): Landing {
  const squashed = squashMark(subject);
  if (squashed !== undefined) return { pr: squashed.pr };
  if (!merge) return NONE;
  const match = /^Merge (?:pull request|PR) #(\d+)(?: from ([\w-]+)\/)?/.exec(subject);
  const auto = /^Auto merge of #(\d+) - ([\w-]+):/.exec(subject);
  const found = match ?? auto;
  if (found === null) return NONE;
  return { pr: Number(found[1]), ...(found[2] === undefined ? {} : { owner: found[2] }) };
}

const NONE: Landing = {};

/** The ` (#12)` at the end of a subject, and where it begins. Every commit is asked: no pattern. */
export function squashMark(subject: string): { pr: number; start: number } | undefined {
  const text = subject.trimEnd();
  if (!text.endsWith(')')) return undefined;
  const open = text.lastIndexOf('(#');
  const digits = text.slice(open + 2, -1);
  if (open === -1 || digits === '') return undefined;
  for (let at = 0; at < digits.length; at += 1) {
    const code = digits.charCodeAt(at);
    if (code < 48 || code > 57) return undefined;
  }
  return { pr: Number(digits), start: text.slice(0, open).trimEnd().length };
}
