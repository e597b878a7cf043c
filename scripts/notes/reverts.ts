import type { MergedPull } from './merged.ts';
import { SAYS_SO } from './needed.ts';

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

/**
 * The commits that a revert among them takes back, and those reverts: commits by their sha, whole
 * pull requests by their merge or their number. A reverted revert takes nothing back.
 * @param changes newest first
 */
export function cancelled<T extends Revertible>(
  changes: readonly T[],
  merged: ReadonlyMap<string, MergedPull>,
): Set<T> {
  const gone = new Set<T>();
  const reverts = changes.filter(({ subject }) => SAYS_SO.test(subject)).map(targetOf);
  if (reverts.length === 0) return gone;
  const named = indexed(changes, merged, reverts);
  for (const { change, shas, pull } of reverts) {
    if (gone.has(change)) continue;
    const targets = pull === undefined ? shas.flatMap(named.bySha) : (named.byPull.get(pull) ?? []);
    const place = named.order.get(change)!;
    const taken = targets.filter((each) => named.order.get(each)! > place && !gone.has(each));
    for (const each of taken) gone.add(each);
    if (taken.length > 0) gone.add(change);
  }
  return gone;
}

/** A commit that says it takes something back, and what it names. */
interface Target<T> {
  readonly change: T;
  readonly shas: readonly string[];
  readonly pull: number | undefined;
}

function targetOf<T extends Revertible>(change: T): Target<T> {
  const shas = [...change.message.matchAll(SHA)].map((match) => match[1]!);
  const short = SUBJECT_SHA.exec(change.subject)?.[1];
  if (short !== undefined) shas.push(short);
  return { change, shas, pull: shas.length > 0 ? undefined : pullOf(change) };
}

/** Finds what the reverts name. Of a long history only that is kept. */
function indexed<T extends Revertible>(
  changes: readonly T[],
  merged: ReadonlyMap<string, MergedPull>,
  reverts: readonly Target<T>[],
) {
  const pulls = new Set(reverts.map(({ pull }) => pull));
  const shas = new Set(reverts.flatMap((each) => each.shas));
  const lengths = [...new Set([...shas].map((sha) => sha.length))];
  const bySha = new Map<string, T[]>();
  const byPull = new Map<number, T[]>();
  const order = new Map<T, number>(reverts.map(({ change }) => [change, -1]));
  const put = <K>(map: Map<K, T[]>, key: K, change: T, index: number) => {
    order.set(change, index);
    const list = map.get(key);
    if (list === undefined) map.set(key, [change]);
    else list.push(change);
  };
  for (const [index, change] of changes.entries()) {
    const owner = merged.get(change.sha);
    if (order.has(change)) order.set(change, index);
    for (const sha of [change.sha, owner?.sha])
      if (sha !== undefined && lengths.some((length) => shas.has(sha.slice(0, length))))
        put(bySha, sha, change, index);
    for (const pr of new Set([change.pr, owner?.pr]))
      if (pr !== undefined && pulls.has(pr)) put(byPull, pr, change, index);
  }
  const keys = [...bySha.keys()];
  const find = (sha: string): T[] => {
    if (sha.length === 40) return bySha.get(sha) ?? [];
    const whole = keys.find((each) => each.startsWith(sha));
    return whole === undefined ? [] : bySha.get(whole)!;
  };
  return { bySha: find, byPull, order };
}

/** The number of the pull request that a revert names, where it names no commit. */
function pullOf({ subject, message }: Revertible): number | undefined {
  const quoted = QUOTED.exec(subject)?.[1];
  if (quoted === undefined) return undefined;
  const number = /\([#!](\d+)\)$/.exec(quoted)?.[1] ?? PULL.exec(message)?.[1];
  return number === undefined ? undefined : Number(number);
}
