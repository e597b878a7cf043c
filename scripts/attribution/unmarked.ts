import type { Forge, Gap, PullFact } from './facts.ts';
import type { Git } from './git.ts';
import type { Ledger } from './ledger.ts';
import { pathspecs, type Range } from './range.ts';

/** Below this share of commits with a number, a project is taken for one that writes none. */
const FEW = 1 / 20;
/** Clocks differ, and a merge can be dated before what it brings. */
const SLACK_MS = 24 * 60 * 60 * 1000;

/**
 * Finds by which requests the commits of a range came in where they do not say so: a project that
 * only fast-forwards or rebases has no merge to write a number into, but its forge knows the commit
 * that each request ended as. They are added to what landed.
 * @param known facts of requests; what the forge tells is added
 * @returns the numbers by commit, and what could not be had
 */
export async function findUnmarked(
  { git, range, ledger }: { git: Git; range: Range; ledger: Ledger },
  known: Map<number, PullFact>,
  forge: Forge | undefined,
): Promise<{ numbers: ReadonlyMap<string, number>; gap?: Gap | undefined }> {
  const found = new Map<string, number>();
  const marked = ledger.landed.numbers().length;
  const askable = forge?.landed !== undefined;
  if (marked > ledger.commits * FEW) return { numbers: found };
  if (!askable && ![...known.values()].some((fact) => fact.landedAs !== undefined))
    return { numbers: found };
  const listed = await git.run(['rev-list', ...range.revisions, ...pathspecs(range)]);
  const shas = new Set(listed.split('\n'));
  let gap: Gap | undefined;
  if (forge?.landed !== undefined) {
    const answer = await forge.landed(shas, await beginning(git, range));
    for (const fact of answer.facts) known.set(fact.number, fact);
    gap = answer.gap;
  }
  for (const { number, landedAs } of known.values()) {
    if (landedAs === undefined || !shas.has(landedAs)) continue;
    ledger.landed.add(number, landedAs, []);
    found.set(landedAs, number);
  }
  return { numbers: found, gap };
}

async function beginning(git: Git, { since }: Range): Promise<Date | undefined> {
  if (since === undefined) return undefined;
  const date = await git.run(['log', '-1', '--format=%cI', since.sha, '--']);
  return new Date(Date.parse(date.trim()) - SLACK_MS);
}
