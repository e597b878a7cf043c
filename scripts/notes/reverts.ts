import type { MergedPull } from './merged.ts';

/** What is needed of a commit to see what it takes back, and what takes it back. */
export interface Revertible {
  readonly sha: string;
  readonly subject: string;
  readonly message: string;
  readonly pr?: number;
}

const SHA = /\bThis reverts commit ([0-9a-f]{7,40})/g;
const SUBJECT_SHA = /^Revert ([0-9a-f]{7,40})\b/i;
const QUOTED = /^(?:Revert|Reapply) "(.*)"(?:\s*\([#!]\d+\))?$/;
/** What GitHub's button writes into a pull request's description, and GitLab's into a commit. */
const PULL =
  /^(?:Reverts (?:[\w.-]+\/[\w.-]+)?#|This reverts merge request (?:[\w./+-]+)?!)(\d+)\.?\s*$/m;
/** A commit that takes another back says so; a mere "This reverts …" in a feature's text does not. */
const SAYS_SO =
  /\b(?:re-?vert|re-?apply|re-?land|back(?:s|ed|ing)? ?out|roll(?:s|ed|ing)? ?back|undo)/i;

/**
 * The commits that a revert among them takes back, and those reverts: commits by their sha, whole
 * pull requests by their merge or their number. A reverted revert takes nothing back.
 * @param changes newest first
 */
export function cancelled<T extends Revertible>(
  changes: readonly T[],
  merged: ReadonlyMap<string, MergedPull>,
): Set<T> {
  const bySha = new Map<string, T[]>();
  const byPull = new Map<number, T[]>();
  const put = <K>(map: Map<K, T[]>, key: K | undefined, change: T) => {
    if (key === undefined) return;
    const list = map.get(key);
    if (list === undefined) map.set(key, [change]);
    else list.push(change);
  };
  const order = new Map<T, number>();
  for (const [index, change] of changes.entries()) {
    const owner = merged.get(change.sha);
    order.set(change, index);
    put(bySha, change.sha, change);
    put(bySha, owner?.sha, change);
    put(byPull, change.pr, change);
    if (owner?.pr !== change.pr) put(byPull, owner?.pr, change);
  }
  const find = (sha: string): T[] => {
    if (sha.length === 40) return bySha.get(sha) ?? [];
    const whole = [...bySha.keys()].find((each) => each.startsWith(sha));
    return whole === undefined ? [] : bySha.get(whole)!;
  };
  const gone = new Set<T>();
  for (const change of changes) {
    if (gone.has(change) || !SAYS_SO.test(change.subject)) continue;
    const shas = [...change.message.matchAll(SHA)].map((match) => match[1]!);
    const short = SUBJECT_SHA.exec(change.subject)?.[1];
    if (short !== undefined) shas.push(short);
    const targets = shas.length > 0 ? shas.flatMap(find) : (byPull.get(pullOf(change) ?? -1) ?? []);
    const taken = targets.filter(
      (each) => order.get(each)! > order.get(change)! && !gone.has(each),
    );
    for (const each of taken) gone.add(each);
    if (taken.length > 0) gone.add(change);
  }
  return gone;
}

/** The number of the pull request that a revert names, where it names no commit. */
function pullOf({ subject, message }: Revertible): number | undefined {
  const quoted = QUOTED.exec(subject)?.[1];
  if (quoted === undefined) return undefined;
  const number = /\([#!](\d+)\)$/.exec(quoted)?.[1] ?? PULL.exec(message)?.[1];
  return number === undefined ? undefined : Number(number);
}
