import { type Dialect, GITHUB } from './dialect.ts';
import type { PullFact } from './facts.ts';
import type { Git } from './git.ts';
import type { Ident } from './model.ts';

/** Where clones keep the branches of pull requests, for those who fetch them. */
const PATTERNS = [
  'refs/pull/*/head',
  'refs/remotes/*/pull/*/head',
  'refs/remotes/*/pull/*',
  'refs/remotes/*/pr/*',
  'refs/merge-requests/*/head',
  'refs/remotes/*/merge-requests/*/head',
  'refs/remotes/*/merge-requests/*',
  'refs/remotes/*/mr/*',
];
/** A mirror of a GitLab project on GitHub has pull requests as well; their numbers are others. */
const PULL = /\/(?:pull|pr)\/(\d+)(?:\/head)?$/;
const MERGE_REQUEST = /\/(?:merge-requests|mr)\/(\d+)(?:\/head)?$/;

/** The branches of pull requests that a clone has, as git lists them: a mirror has very many. */
export async function listPullRefs(git: Git): Promise<string> {
  return git.run(['for-each-ref', '--format=%(objectname) %(refname)', ...PATTERNS]);
}

interface Head {
  readonly ref: string;
  readonly sha: string;
}

/** The branches of these pull requests. Pure. */
function headsOf(list: string, numbers: readonly number[], { kind }: Dialect): Map<number, Head> {
  const pattern = kind === 'gitlab' ? MERGE_REQUEST : PULL;
  const found = new Map<number, Head>();
  const wanted = new Set(numbers);
  for (const line of list.split('\n')) {
    const number = Number(pattern.exec(line)?.[1]);
    if (!wanted.has(number) || found.has(number)) continue;
    const [sha, ref] = line.split(' ') as [string, string];
    found.set(number, { ref, sha });
  }
  return found;
}

/**
 * Who wrote the last commits of pull requests, of those that the clone has.
 * @param list what `listPullRefs` gave
 */
export async function pullsFromRefs(
  git: Git,
  list: string,
  numbers: readonly number[],
  dialect: Dialect = GITHUB,
): Promise<Map<number, PullFact>> {
  const facts = new Map<number, PullFact>();
  if (list === '' || numbers.length === 0) return facts;
  const heads = headsOf(list, numbers, dialect);
  if (heads.size === 0) return facts;
  const shas = new Set([...heads.values()].map((head) => head.sha));
  const out = await git.run(
    ['log', '--no-walk=unsorted', '--stdin', '--format=%H%x00%P%x00%aN%x00%aE'],
    { input: `${[...shas].join('\n')}\n` },
  );
  const authors = new Map<string, Ident & { readonly merge: boolean }>();
  for (const line of out.split('\n').filter(Boolean)) {
    const [sha, parents, name, email] = line.split('\0') as [string, string, string, string];
    authors.set(sha, { name, email, merge: parents.includes(' ') });
  }
  for (const [number, { ref, sha }] of heads) {
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
