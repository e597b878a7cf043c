import { type Dialect, GITHUB } from '../attribution/dialect.ts';
import type { Git } from '../attribution/git.ts';
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

/** A commit with what its place in history tells; `message` is needed of merges only. */
export interface Node {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly message?: string;
}

/** Asks git which commits of a range came in by which merged pull request. */
export async function readMergedPulls(
  git: Git,
  range: Range,
  forge: Forge = {},
): Promise<Map<string, MergedPull>> {
  const merges = ['log', '-z', '--merges', '--no-color', '--no-patch', '--encoding=UTF-8'];
  const [shape, texts] = await Promise.all([
    git.run(['rev-list', '--parents', ...range.revisions, '--']),
    git.run([...merges, '--format=tformat:%H%x00%B', ...range.revisions, '--']),
  ]);
  const fields = texts.split('\0');
  const messages = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) messages.set(fields[at]!, fields[at + 1]!);
  const nodes = shape.split('\n').filter(Boolean);
  return mergedPulls(
    nodes.map((line) => {
      const [sha, ...parents] = line.split(' ') as [string, ...string[]];
      const message = messages.get(sha);
      return { sha, parents, ...(message === undefined ? {} : { message }) };
    }),
    range.until.sha,
    forge,
  );
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
export function mergedPulls(
  nodes: readonly Node[],
  tip: string,
  forge: Forge = {},
): Map<string, MergedPull> {
  const bySha = new Map(nodes.map((node) => [node.sha, node]));
  const seen = new Set<string>();
  const owners = new Map<string, MergedPull>();
  const chainFrom = (sha: string | undefined, owner: MergedPull | undefined): Chain => {
    const line: Node[] = [];
    for (let at = sha; at !== undefined && !seen.has(at); ) {
      const node = bySha.get(at);
      if (node === undefined) break;
      line.push(node);
      at = node.parents[0];
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
    if (node.parents.length < 2) continue;
    const owner = pullOf(node, forge) ?? top.owner;
    // The merge commit itself is found by its own sha, for the reverts of it.
    if (owner !== undefined) owners.set(node.sha, owner);
    for (const side of node.parents.slice(1)) stack.push(chainFrom(side, owner));
  }
  return owners;
}

function pullOf(
  { sha, message = '' }: Node,
  { dialect = GITHUB, repo }: Forge,
): MergedPull | undefined {
  const [first = '', ...body] = message.trim().split('\n');
  const subject = first.trim();
  const commit = { subject, message, merge: true };
  if (dialect.kind === 'github' && writtenOn(commit) !== undefined) return undefined;
  const { pr } = landing(commit, dialect, repo);
  if (pr === undefined) return undefined;
  const title = titleOf(subject, body, dialect);
  return { pr, sha, ...(title === undefined ? {} : { title: visible(title) }) };
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
