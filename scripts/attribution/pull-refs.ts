import type { PullFact } from './facts.ts';
import type { Git } from './git.ts';
import type { Ident } from './model.ts';

/** Where clones keep the branches of pull requests, for those who fetch them. */
const PATTERNS = [
  'refs/pull/*/head',
  'refs/remotes/*/pull/*/head',
  'refs/remotes/*/pull/*',
  'refs/remotes/*/pr/*',
];

interface Head {
  readonly ref: string;
  readonly sha: string;
}

/** The branches of pull requests that a clone has, by number. */
export async function pullRefs(git: Git): Promise<ReadonlyMap<number, Head>> {
  const found = new Map<number, Head>();
  const out = await git.run(['for-each-ref', '--format=%(objectname) %(refname)', ...PATTERNS]);
  for (const line of out.split('\n')) {
    const [, sha, ref, number] = /^(\S+) (\S+\/(?:pull|pr)\/(\d+)(?:\/head)?)$/.exec(line) ?? [];
    if (ref === undefined || found.has(Number(number))) continue;
    found.set(Number(number), { ref, sha: sha! });
  }
  return found;
}

/** Who wrote the last commits of these pull requests, of those that the clone has. */
export async function pullsFromRefs(
  git: Git,
  refs: ReadonlyMap<number, Head>,
  numbers: readonly number[],
): Promise<Map<number, PullFact>> {
  const facts = new Map<number, PullFact>();
  const here = numbers.filter((number) => refs.has(number));
  if (here.length === 0) return facts;
  const shas = new Set(here.map((number) => refs.get(number)!.sha));
  const out = await git.run(
    ['log', '--no-walk=unsorted', '--stdin', '--format=%H%x00%P%x00%aN%x00%aE'],
    `${[...shas].join('\n')}\n`,
  );
  const authors = new Map<string, Ident & { readonly merge: boolean }>();
  for (const line of out.split('\n').filter(Boolean)) {
    const [sha, parents, name, email] = line.split('\0') as [string, string, string, string];
    authors.set(sha, { name, email, merge: parents.includes(' ') });
  }
  for (const number of here) {
    const { ref, sha } = refs.get(number)!;
    const author = authors.get(sha);
    if (author === undefined) continue;
    const { name, email } = (author.merge ? await beforeMerge(git, sha) : undefined) ?? author;
    facts.set(number, { number, kind: 'pull', ident: { name, email }, from: ref });
  }
  return facts;
}

/** A pull request's branch may end in a merge of the main branch, by whoever pressed the button. */
async function beforeMerge(git: Git, sha: string): Promise<Ident | undefined> {
  const rules = ['-1', '--first-parent', '--no-merges', '--format=%aN%x00%aE'];
  const out = await git.run(['log', ...rules, sha]);
  const [name, email] = out.trim().split('\0');
  return name === undefined || email === undefined ? undefined : { name, email };
}
