import type { Octokit } from '@octokit/rest';
import type { CommitFact, Forge, Gap, PullFact } from '../attribution/facts.ts';
import type { FactCache } from './cache.ts';
import { accountsGap, cached, type Merged, type PullAnswers } from './cached.ts';
import type { Connection } from './connection.ts';
import { isAbsent } from './error.ts';
import { client, reasonOf } from './github-client.ts';
import { commitsOneByOne, pullsOneByOne } from './one-by-one.ts';

const BATCH = 100;

/** GitHub as a forge: GraphQL in batches with a token, single REST calls without. */
export function github(connection: Connection, cache: FactCache): Forge {
  const [owner, name] = connection.site.repo.split('/') as [string, string];
  const target = { octokit: client(connection), owner, name, connection };
  const [pulls, commits] =
    connection.token === undefined ? [pullsByRest, commitsByRest] : [pullsByGraph, commitsByGraph];
  return cached(cache, '#', {
    pulls: (numbers, answers) => pulls(target, numbers, answers),
    commits: (shas, answer) => commits(target, shas, answer),
    merged: (since) => merged(target, since),
    why: reasonOf,
  });
}

interface Target {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly name: string;
  readonly connection: Connection;
}

/** A pull request that was rebased has the last of its commits for its merge. */
async function* merged(
  { octokit, owner, name: repo }: Target,
  since: Date | undefined,
): AsyncGenerator<Merged> {
  const order = { state: 'closed', sort: 'updated', direction: 'desc' } as const;
  const pages = octokit.paginate.iterator(octokit.rest.pulls.list, {
    ...{ owner, repo, per_page: BATCH },
    ...order,
  });
  for await (const { data } of pages) {
    for (const each of data) {
      if (since !== undefined && Date.parse(each.updated_at) < since.getTime()) return;
      if (each.merged_at === null) continue;
      const fact = pullFact(each.number, each.user?.login, each.title, each.body);
      yield { fact, commits: [each.merge_commit_sha] };
    }
  }
}

interface GraphNode {
  readonly __typename: 'PullRequest' | 'Issue';
  readonly number: number;
  readonly title?: string;
  readonly body?: string;
  readonly author?: { readonly login: string; readonly __typename: string } | null;
}

async function pullsByGraph(
  { octokit, owner, name, connection }: Target,
  wanted: readonly number[],
  answers: PullAnswers,
): Promise<void> {
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    connection.onAsked?.('pull requests asked for', at, wanted.length);
    const fields = batch.map(
      (n) =>
        `n${n}: issueOrPullRequest(number: ${n}) { __typename ... on Issue { number } ... on PullRequest { number title body author { login __typename } } }`,
    );
    const answer = await graph<GraphNode>(octokit, owner, name, fields);
    for (const number of batch) {
      const node = answer.nodes[`n${number}`];
      if (node === undefined || (node === null && !answer.absent.has(`n${number}`)))
        answers.gap(number, answer.why ?? 'GitHub gave no answer');
      else answers.fact(node === null ? absent(number) : fromNode(number, node));
    }
  }
}

function fromNode(number: number, node: GraphNode): PullFact {
  if (node.__typename === 'Issue') return { number, kind: 'issue', from: 'GitHub' };
  const { author } = node;
  const login =
    author == null ? undefined : `${author.login}${author.__typename === 'Bot' ? '[bot]' : ''}`;
  return pullFact(number, login, node.title, node.body);
}

/** A deleted account leaves no author: "ghost" would be nobody's credit. */
function pullFact(number: number, login?: string, title?: string, body?: string | null): PullFact {
  return {
    number,
    kind: 'pull',
    from: 'GitHub',
    title: title ?? '',
    body: body ?? '',
    ...(login === undefined || login === 'ghost' ? {} : { author: login }),
  };
}

function absent(number: number): PullFact {
  return { number, kind: 'absent', from: 'GitHub' };
}

/** One request for many fields. What GitHub can't find is null, and is named in the errors. */
async function graph<T>(octokit: Octokit, owner: string, name: string, fields: readonly string[]) {
  const query = `query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${fields.join(' ')} } }`;
  type Data = { repository: Record<string, T | null> | null };
  type Failed = Error & {
    data?: Data;
    errors?: readonly { type?: string; message: string; path?: readonly string[] }[];
  };
  const none: { nodes: Record<string, T | null>; absent: Set<string>; why?: string } = {
    nodes: {},
    absent: new Set(),
  };
  try {
    const data = await octokit.graphql<Data>(query, { owner, name });
    return { ...none, nodes: data.repository ?? {} };
  } catch (error) {
    const failed = error as Failed;
    const missing = (failed.errors ?? []).filter((each) => each.type === 'NOT_FOUND');
    const paths = missing.map((each) => each.path?.[1]).filter((each) => each !== undefined);
    const nodes = failed.data?.repository ?? {};
    const why = reasonOf(failed);
    return { nodes, absent: new Set(paths), why };
  }
}

async function pullsByRest(
  target: Target,
  wanted: readonly number[],
  answers: PullAnswers,
): Promise<void> {
  await pullsOneByOne(wanted, answers, {
    ask: (number) => pull(target, number, answers),
    why: reasonOf,
    onAsked: target.connection.onAsked,
  });
}

/** One pull request, or what else the number is. */
async function pull(
  { octokit, owner, name: repo }: Target,
  number: number,
  answers: PullAnswers,
): Promise<{ fact: PullFact; etag?: string | undefined }> {
  const stored = answers.stored(number);
  const etag = stored?.etag;
  try {
    const { data, headers } = await octokit.rest.pulls.get({
      owner,
      repo,
      pull_number: number,
      ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
    });
    const fact = pullFact(number, data.user?.login, data.title, data.body);
    return { fact, etag: headers.etag };
  } catch (error) {
    if ((error as { status?: number }).status === 304 && stored !== undefined)
      return { fact: stored.fact, etag };
    if (!isAbsent(error)) throw error;
  }
  try {
    await octokit.rest.issues.get({ owner, repo, issue_number: number });
    return { fact: { number, kind: 'issue', from: 'GitHub' } };
  } catch (error) {
    // Only "not there" means absent: a failure is a fact that could not be had.
    if (!isAbsent(error)) throw error;
  }
  // Of a repository that may not be seen everything is "not there".
  await octokit.rest.repos.get({ owner, repo });
  return { fact: absent(number) };
}

interface CommitNode {
  readonly oid?: string;
  readonly authors?: {
    readonly nodes: readonly { email: string; user: { login: string } | null }[];
  };
}

async function commitsByGraph(
  { octokit, owner, name, connection }: Target,
  wanted: readonly string[],
  answer: (fact: CommitFact) => void,
): Promise<Gap[]> {
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    connection.onAsked?.('commits asked for', at, wanted.length);
    const fields = batch.map(
      (sha, index) =>
        `c${index}: object(oid: "${sha}") { ... on Commit { oid authors(first: 100) { nodes { email user { login } } } } }`,
    );
    const { nodes, why } = await graph<CommitNode>(octokit, owner, name, fields);
    if (Object.keys(nodes).length === 0)
      return [accountsGap(wanted.length - at, why ?? 'no answer')];
    for (const [index, sha] of batch.entries()) {
      const authors = nodes[`c${index}`]?.authors?.nodes ?? [];
      const known = authors.flatMap((each) =>
        each.user === null ? [] : [{ login: each.user.login, email: each.email }],
      );
      answer({ sha, authors: known });
    }
  }
  return [];
}

function commitsByRest(
  { octokit, owner, name: repo, connection }: Target,
  wanted: readonly string[],
  answer: (fact: CommitFact) => void,
): Promise<Gap[]> {
  return commitsOneByOne(wanted, answer, {
    async ask(ref) {
      const { data } = await octokit.rest.repos.getCommit({ owner, repo, ref });
      const login = data.author !== null && 'login' in data.author ? data.author.login : undefined;
      const email = data.commit.author?.email;
      return login === undefined || email === undefined ? [] : [{ login, email }];
    },
    see: () => octokit.rest.repos.get({ owner, repo }),
    why: reasonOf,
    onAsked: connection.onAsked,
  });
}
