import { type Dialect, GITHUB } from '../attribution/dialect.ts';
import { type Commit, own, readHistory } from '../attribution/history.ts';
import { landing, squashMark, writtenOn } from '../attribution/landing.ts';
import type { Range } from '../attribution/range.ts';
import { visible } from '../attribution/visible.ts';

/** A pull request that a merge commit landed. */
export interface MergedPull {
  readonly pr: number;
  /** The merge commit. */
  readonly sha: string;
  /** Its title, where the merge commit has it (GitHub writes it below its first line). */
  readonly title?: string;
}

/** A commit with what its place in history tells. */
export interface Node {
  readonly sha: string;
  /** With a space between them. */
  readonly parents: string;
  /** The pull request that it landed, of a merge. */
  readonly pull?: MergedPull | undefined;
}

/** Takes in the commits of a range, and tells which came in by which merged pull request. */
export class MergedPulls {
  readonly #nodes: Node[] = [];
  readonly #forge: Forge;
  #hasMerges = false;

  constructor(forge: Forge) {
    this.#forge = forge;
  }

  /** What is kept of it is copied. */
  add({ sha, parents, merge, message }: Pick<Commit, 'sha' | 'parents' | 'merge' | 'message'>) {
    this.#hasMerges ||= merge;
    const node = { sha: own(sha), parents: own(parents) };
    this.#nodes.push(merge ? { ...node, pull: pullOf(node.sha, message, this.#forge) } : node);
  }

  /** By the sha of each commit that one brought, and of the merge itself. */
  of(tip: string): Map<string, MergedPull> {
    return this.#hasMerges ? mergedPulls(this.#nodes, tip) : new Map();
  }
}

/** The same of a whole range, whatever its paths: by git's own reading of it. */
export async function readMergedPulls(
  dir: string,
  { revisions, until }: Range,
  forge: Forge = {},
): Promise<Map<string, MergedPull>> {
  const merged = new MergedPulls(forge);
  for await (const commits of readHistory(dir, revisions))
    for (const commit of commits) merged.add(commit);
  return merged.of(until.sha);
}

/** How a history's forge writes, and the repository's name on it. */
export interface Forge {
  readonly dialect?: Dialect | undefined;
  readonly repo?: string | undefined;
}

/** A line of first parents, oldest first, and the pull request that its commits belong to. */
interface Chain {
  readonly nodes: readonly Node[];
  readonly owner: MergedPull | undefined;
  next: number;
}

/**
 * Which merged pull request each commit came in by. A branch belongs to the merge that took it in;
 * a pull request merged into another one's branch keeps its own commits; a merge of something
 * else (the main branch into a feature, say) changes nothing. Pure.
 */
export function mergedPulls(nodes: readonly Node[], tip: string): Map<string, MergedPull> {
  const bySha = new Map(nodes.map((node) => [node.sha, node]));
  const seen = new Set<string>();
  const owners = new Map<string, MergedPull>();
  const chainFrom = (sha: string | undefined, owner: MergedPull | undefined): Chain => {
    const line: Node[] = [];
    for (let at = sha; at !== undefined && !seen.has(at); ) {
      const node = bySha.get(at);
      if (node === undefined) break;
      line.push(node);
      at = parentsOf(node)[0];
    }
    return { nodes: line.reverse(), owner, next: 0 };
  };
  // The oldest merge first: what it could reach of the main line is then known to be on it. A
  // stack instead of a recursion: branches of branches can be thousands deep.
  const stack = [chainFrom(tip, undefined)];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const node = top.nodes[top.next];
    top.next += 1;
    if (node === undefined) {
      stack.pop();
      continue;
    }
    if (seen.has(node.sha)) continue;
    seen.add(node.sha);
    if (top.owner !== undefined) owners.set(node.sha, top.owner);
    const [, ...sides] = parentsOf(node);
    if (sides.length === 0) continue;
    const owner = node.pull ?? top.owner;
    // The merge commit itself is found by its own sha, for the reverts of it.
    if (owner !== undefined) owners.set(node.sha, owner);
    for (const side of sides) stack.push(chainFrom(side, owner));
  }
  return owners;
}

function parentsOf({ parents }: Node): string[] {
  return parents === '' ? [] : parents.split(' ');
}

function pullOf(
  sha: string,
  message: string,
  { dialect = GITHUB, repo }: Forge,
): MergedPull | undefined {
  const [first = '', ...body] = message.trim().split('\n');
  const subject = first.trim();
  const commit = { subject, message, merge: true };
  if (dialect.kind === 'github' && writtenOn(commit) !== undefined) return undefined;
  const { pr } = landing(commit, dialect, repo);
  if (pr === undefined) return undefined;
  const title = titleOf(subject, body, dialect);
  return { pr, sha, ...(title === undefined ? {} : { title: own(visible(title)) }) };
}

/** What is written below a merge's first line, and is no title. */
const NO_TITLE =
  /^(?:See merge request|Part-of:|Reviewed-on:|(?:Closes|Fixes|Resolves):? [#\w/.-]*#?\d)/i;

function titleOf(
  subject: string,
  body: readonly string[],
  { kind, landingMarks }: Dialect,
): string | undefined {
  const quoted =
    kind === 'forgejo' ? /^Merge pull request '(.*)' \(/.exec(subject)?.[1] : undefined;
  if (quoted !== undefined) return quoted;
  const mark = squashMark(subject, landingMarks);
  if (mark !== undefined) return subject.slice(0, mark.start);
  // "merge #12 into main" has a list of commits below it, and no title.
  if (/^merge #/i.test(subject)) return undefined;
  const line = body.map((each) => each.trim()).find((each) => each !== '');
  return line === undefined || NO_TITLE.test(line) ? undefined : line;
}
