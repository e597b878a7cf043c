import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import type { FactCache } from './cache.ts';
import type { CommitFact, Forge, Gap, PullFact } from './facts.ts';

export interface GitHubOptions {
  /** "owner/name" */
  readonly repo: string;
  /** The API's address, of a GitHub Enterprise server too; the token goes nowhere else. */
  readonly baseUrl: string;
  readonly token?: string;
  readonly cache: FactCache;
  /** The longest that a rate limit is waited out. */
  readonly maxWaitSeconds: number;
  readonly onWait?: (seconds: number, why: string) => void;
  /** Called after each request of many. */
  readonly onAsked?: (what: string, done: number, total: number) => void;
  /** Milliseconds that the plugins take for one second; tests shorten it. */
  readonly second?: number;
}

const BATCH = 100;
/** Stop asking one by one after this many failures in a row: the network is not there. */
const GIVE_UP = 3;

/** GitHub as a forge: GraphQL in batches with a token, single REST calls without. */
export function github(options: GitHubOptions): Forge {
  const octokit = client(options);
  const [owner, name] = options.repo.split('/') as [string, string];
  const target: Target = { octokit, owner, name, options };
  return {
    async pulls(numbers) {
      const facts = new Map<number, PullFact>();
      const gaps = new Map<number, Gap>();
      const wanted: number[] = [];
      for (const number of numbers) {
        const stored = options.cache.pull(number);
        if (stored?.fresh) facts.set(number, stored.fact);
        else wanted.push(number);
      }
      if (options.token === undefined) await pullsByRest(target, wanted, facts, gaps);
      else await pullsByGraph(target, wanted, facts, gaps);
      await options.cache.save();
      return { facts, gaps };
    },
    async commits(shas) {
      const facts = new Map<string, CommitFact>();
      const wanted: string[] = [];
      for (const sha of shas) {
        const fact = options.cache.commit(sha);
        if (fact === undefined) wanted.push(sha);
        else facts.set(sha, fact);
      }
      const gaps = await (options.token === undefined ? commitsByRest : commitsByGraph)(
        target,
        wanted,
        facts,
      );
      await options.cache.save();
      return { facts, gaps };
    },
  };
}

interface Target {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly name: string;
  readonly options: GitHubOptions;
}

/** An Octokit that waits for rate limits up to a bound and tries failed answers again. */
export function client(options: Omit<GitHubOptions, 'repo' | 'cache'>): Octokit {
  const Client = Octokit.plugin(retry, throttling);
  const second = options.second ?? 1000;
  const wait =
    (why: string) => (after: number, _request: unknown, _octokit: unknown, tries: number) => {
      if (after > options.maxWaitSeconds || tries >= 2) return false;
      options.onWait?.(after, why);
      return true;
    };
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  return new Client({
    baseUrl: options.baseUrl,
    log: quiet,
    ...(options.token === undefined ? {} : { auth: options.token }),
    request: { timeout: 30_000 },
    // 429 and 403 belong to the throttling; the rest of what can pass is tried again.
    retry: { doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451], retryAfterBaseValue: second },
    throttle: {
      retryAfterBaseValue: second,
      onRateLimit: wait('rate limit'),
      onSecondaryRateLimit: wait('secondary rate limit'),
    },
  });
}

interface GraphNode {
  readonly __typename: 'PullRequest' | 'Issue';
  readonly number: number;
  readonly title?: string;
  readonly body?: string;
  readonly author?: { readonly login: string; readonly __typename: string } | null;
}

async function pullsByGraph(
  { octokit, owner, name, options }: Target,
  wanted: readonly number[],
  facts: Map<number, PullFact>,
  gaps: Map<number, Gap>,
): Promise<void> {
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    options.onAsked?.('pull requests asked for', at, wanted.length);
    const fields = batch.map(
      (n) =>
        `n${n}: issueOrPullRequest(number: ${n}) { __typename ... on Issue { number } ... on PullRequest { number title body author { login __typename } } }`,
    );
    const answer = await graph<GraphNode>(octokit, owner, name, fields);
    for (const number of batch) {
      const node = answer.nodes[`n${number}`];
      if (node === undefined || (node === null && !answer.absent.has(`n${number}`))) {
        gaps.set(number, { what: `#${number}`, why: answer.why ?? 'GitHub gave no answer' });
        continue;
      }
      const fact = node === null ? absent(number) : fromNode(number, node);
      facts.set(number, fact);
      options.cache.setPull(fact);
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
  { octokit, owner, name, options }: Target,
  wanted: readonly number[],
  facts: Map<number, PullFact>,
  gaps: Map<number, Gap>,
): Promise<void> {
  let failures = 0;
  let why = '';
  for (const [index, number] of wanted.entries()) {
    options.onAsked?.('pull requests asked for', index, wanted.length);
    if (failures >= GIVE_UP) {
      gaps.set(number, { what: `#${number}`, why });
      continue;
    }
    const stored = options.cache.pull(number);
    try {
      const { data, headers } = await octokit.rest.pulls.get({
        owner,
        repo: name,
        pull_number: number,
        ...(stored?.etag === undefined ? {} : { headers: { 'if-none-match': stored.etag } }),
      });
      const fact = pullFact(number, data.user?.login, data.title, data.body);
      facts.set(number, fact);
      options.cache.setPull(fact, headers.etag);
      failures = 0;
    } catch (error) {
      const status = (error as { status?: number }).status;
      if (status === 304 && stored !== undefined) {
        facts.set(number, stored.fact);
        options.cache.setPull(stored.fact, stored.etag);
      } else if (status === 404 || status === 410) {
        const fact = await issueOrAbsent(octokit, owner, name, number);
        if (fact instanceof Error) {
          gaps.set(number, { what: `#${number}`, why: reasonOf(fact) });
          continue;
        }
        facts.set(number, fact);
        options.cache.setPull(fact);
      } else {
        failures += 1;
        why = reasonOf(error);
        gaps.set(number, { what: `#${number}`, why });
        if (status === 403 || status === 429) failures = GIVE_UP;
      }
    }
  }
}

async function issueOrAbsent(
  octokit: Octokit,
  owner: string,
  repo: string,
  number: number,
): Promise<PullFact | Error> {
  try {
    await octokit.rest.issues.get({ owner, repo, issue_number: number });
    return { number, kind: 'issue', from: 'GitHub' };
  } catch (error) {
    // Only "not there" means absent: a failure is a fact that could not be had.
    const { status } = error as { status?: number };
    return status === 404 || status === 410 ? absent(number) : (error as Error);
  }
}

interface CommitNode {
  readonly oid?: string;
  readonly authors?: {
    readonly nodes: readonly { email: string; user: { login: string } | null }[];
  };
}

async function commitsByGraph(
  { octokit, owner, name, options }: Target,
  wanted: readonly string[],
  facts: Map<string, CommitFact>,
): Promise<Gap[]> {
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    options.onAsked?.('commits asked for', at, wanted.length);
    const fields = batch.map(
      (sha, index) =>
        `c${index}: object(oid: "${sha}") { ... on Commit { oid authors(first: 100) { nodes { email user { login } } } } }`,
    );
    const answer = await graph<CommitNode>(octokit, owner, name, fields);
    if (Object.keys(answer.nodes).length === 0) {
      return [
        {
          what: `the accounts behind ${wanted.length - at} commits`,
          why: answer.why ?? 'no answer',
        },
      ];
    }
    for (const [index, sha] of batch.entries()) {
      const authors = answer.nodes[`c${index}`]?.authors?.nodes ?? [];
      const known = authors.flatMap((each) =>
        each.user === null ? [] : [{ login: each.user.login, email: each.email }],
      );
      const fact = { sha, authors: known };
      facts.set(sha, fact);
      options.cache.setCommit(fact);
    }
  }
  return [];
}

async function commitsByRest(
  { octokit, owner, name, options }: Target,
  wanted: readonly string[],
  facts: Map<string, CommitFact>,
): Promise<Gap[]> {
  for (const [index, sha] of wanted.entries()) {
    options.onAsked?.('commits asked for', index, wanted.length);
    try {
      const { data } = await octokit.rest.repos.getCommit({ owner, repo: name, ref: sha });
      const login = data.author !== null && 'login' in data.author ? data.author.login : undefined;
      const email = data.commit.author?.email;
      const authors = login === undefined || email === undefined ? [] : [{ login, email }];
      facts.set(sha, { sha, authors });
      options.cache.setCommit({ sha, authors });
    } catch (error) {
      const status = (error as { status?: number }).status;
      // A commit that was never pushed is a fact, not a failure.
      if (status === 404 || status === 422) continue;
      return [
        { what: `the accounts behind ${wanted.length - index} commits`, why: reasonOf(error) },
      ];
    }
  }
  return [];
}

/** An error in one line, without anything that could carry the token. */
export function reasonOf(error: unknown): string {
  const { status, message } = error as { status?: number; message?: string };
  if (status === 401) return 'GitHub refuses the token (401)';
  if (status === 403 || status === 429 || /rate limit/i.test(message ?? '')) {
    return `GitHub's rate limit is used up${status === undefined ? '' : ` (${status})`}; set GITHUB_TOKEN or try later`;
  }
  const cause = (error as { cause?: { code?: string } }).cause?.code;
  if (status === 500 && /fetch failed|ECONN|ENOTFOUND|timeout/i.test(message ?? ''))
    return 'no network';
  if (cause !== undefined) return `no network (${cause})`;
  return status === undefined
    ? (message ?? 'unknown').split('\n')[0]!
    : `GitHub answered ${status}`;
}
