import type { RestEndpointMethodTypes as Rest } from '@octokit/rest';
import { type Asked, type FakeServer, pageOf, type Reply, serve } from './server.ts';

// What is answered is held against the types that octokit generates from GitHub's OpenAPI description.
type Pull = Rest['pulls']['get']['response']['data'];
type PullShape = Pick<Pull, 'number' | 'title' | 'body'> & {
  user: Pick<NonNullable<Pull['user']>, 'login' | 'id' | 'type'> | null;
};
type Listed = Rest['pulls']['list']['response']['data'][number];
type ListedShape = PullShape & Pick<Listed, 'merged_at' | 'merge_commit_sha' | 'updated_at'>;
type IssueShape = Pick<Rest['issues']['get']['response']['data'], 'number'>;
type ReleaseShape = Pick<
  Rest['repos']['getReleaseByTag']['response']['data'],
  'id' | 'body' | 'tag_name' | 'html_url' | 'draft'
>;
type Commit = Rest['repos']['getCommit']['response']['data'];
type CommitShape = Pick<Commit, 'sha'> & {
  author: { login: string };
  commit: { author: Pick<NonNullable<Commit['commit']['author']>, 'name' | 'email'> };
};

export interface FakePull {
  readonly login: string | null;
  readonly title?: string;
  readonly body?: string;
  /** The commit that it was merged as. */
  readonly sha?: string;
  readonly updated?: string;
}
/** A draft is in the list only: it has no tag yet. */
export interface FakeRelease {
  readonly id: number;
  readonly body: string;
  readonly draft?: boolean;
}
/** A server that answers in GitHub's shapes, for "acme/app". */
export interface FakeGitHub extends FakeServer {
  readonly pulls: Map<number, FakePull>;
  readonly issues: Set<number>;
  /** Addresses and the accounts behind them, of all commits. */
  readonly accounts: Map<string, string>;
  readonly releases: Map<string, FakeRelease>;
}

const NOT_FOUND = {
  message: 'Not Found',
  documentation_url: 'https://docs.github.com/rest',
  status: '404',
};

export async function fakeGitHub(): Promise<FakeGitHub> {
  const content = {
    pulls: new Map<number, FakePull>(),
    issues: new Set<number>(),
    accounts: new Map<string, string>(),
    releases: new Map<string, FakeRelease>(),
  };
  const server = await serve((asked) => answer(fake, asked));
  const fake: FakeGitHub = Object.assign(server, content);
  return fake;
}

function answer(fake: FakeGitHub, asked: Asked): Reply {
  const { method, path, headers: sent, body } = asked;
  const send = (
    status: number,
    content?: unknown,
    headers: Record<string, string> = {},
  ): Reply => ({
    status,
    headers,
    body: content,
  });
  if (path === '/graphql') return send(200, graphql(fake, body));
  const pull = /^\/repos\/acme\/app\/pulls\/(\d+)$/.exec(path);
  if (pull !== null) {
    const found = fake.pulls.get(Number(pull[1]));
    if (found === undefined) return send(404, NOT_FOUND);
    const etag = `W/"${Buffer.from(JSON.stringify(found)).toString('hex').slice(0, 40)}"`;
    if (sent['if-none-match'] === etag) return send(304, undefined, { etag });
    const user = found.login === null ? null : { login: found.login, id: 1, type: 'User' };
    const answer: PullShape = {
      number: Number(pull[1]),
      title: found.title ?? '',
      body: found.body ?? null,
      user,
    };
    return send(200, answer, { etag });
  }
  if (path === '/repos/acme/app/pulls') {
    const all = [...fake.pulls].map(([number, each]) => listed(number, each));
    all.sort((a, b) => b.updated_at.localeCompare(a.updated_at));
    return pageOf(all, asked, fake.url, { parameter: 'per_page', most: 100 });
  }
  const issue = /^\/repos\/acme\/app\/issues\/(\d+)$/.exec(path);
  if (issue !== null) {
    return fake.issues.has(Number(issue[1]))
      ? send(200, { number: Number(issue[1]) } satisfies IssueShape)
      : send(404, NOT_FOUND);
  }
  const commit = /^\/repos\/acme\/app\/commits\/(\w+)$/.exec(path);
  const account = [...fake.accounts][0];
  if (commit !== null && account !== undefined) {
    const [email, login] = account;
    const answer: CommitShape = {
      sha: commit[1]!,
      author: { login },
      commit: { author: { name: login, email } },
    };
    return send(200, answer);
  }
  if (path === '/repos/acme/app') return send(200, { id: 1, full_name: 'acme/app' });
  const byTag = /^\/repos\/acme\/app\/releases\/tags\/(.+)$/.exec(path);
  const shape = (tag: string, each: FakeRelease): ReleaseShape => ({
    draft: false,
    ...each,
    tag_name: tag,
    html_url: `${fake.url}/r/${tag}`,
  });
  if (byTag !== null) {
    const found = fake.releases.get(byTag[1]!);
    return found === undefined || found.draft
      ? send(404, NOT_FOUND)
      : send(200, shape(byTag[1]!, found));
  }
  if (path === '/repos/acme/app/releases' && method === 'GET') {
    const all = [...fake.releases].reverse().map(([tag, each]) => shape(tag, each));
    return pageOf(all, asked, fake.url, { parameter: 'per_page', most: 100 });
  }
  if (path === '/repos/acme/app/releases' && method === 'POST') {
    const { tag_name: tag, body: text } = JSON.parse(body) as { tag_name: string; body: string };
    const release = { id: fake.releases.size + 1, body: text };
    fake.releases.set(tag, release);
    return send(201, shape(tag, release));
  }
  const byId = /^\/repos\/acme\/app\/releases\/(\d+)$/.exec(path)?.[1];
  const found = [...fake.releases].find(([, { id }]) => id === Number(byId));
  if (found !== undefined && method === 'PATCH') {
    const [tag, old] = found;
    const release = { ...old, ...(JSON.parse(body) as Partial<FakeRelease>), id: old.id };
    fake.releases.set(tag, release);
    return send(200, shape(tag, release));
  }
  return send(404, NOT_FOUND);
}

function listed(number: number, { login, title = '', body, sha, updated }: FakePull): ListedShape {
  const updated_at = updated ?? '2026-01-01T00:00:00Z';
  return {
    number,
    title,
    body: body ?? null,
    user: login === null ? null : { login, id: 1, type: 'User' },
    merged_at: sha === undefined ? null : updated_at,
    merge_commit_sha: sha ?? null,
    updated_at,
  };
}

function graphql(fake: FakeGitHub, body: string) {
  const { query } = JSON.parse(body) as { query: string };
  const repository: Record<string, unknown> = {};
  const errors: unknown[] = [];
  for (const [, alias, number] of query.matchAll(/(n\d+): issueOrPullRequest\(number: (\d+)\)/g)) {
    const found = fake.pulls.get(Number(number));
    if (found !== undefined) {
      const author = found.login === null ? null : { login: found.login, __typename: 'User' };
      repository[alias!] = {
        __typename: 'PullRequest',
        number: Number(number),
        title: found.title ?? '',
        body: found.body ?? '',
        author,
      };
    } else if (fake.issues.has(Number(number))) {
      repository[alias!] = { __typename: 'Issue', number: Number(number) };
    } else {
      repository[alias!] = null;
      const message = `Could not resolve to an issue or pull request with the number of ${number}.`;
      errors.push({
        type: 'NOT_FOUND',
        path: ['repository', alias],
        locations: [{ line: 1, column: 1 }],
        message,
      });
    }
  }
  for (const [, alias, sha] of query.matchAll(/(c\d+): object\(oid: "(\w+)"\)/g)) {
    const nodes = [...fake.accounts].map(([email, login]) => ({ email, user: { login } }));
    repository[alias!] = { oid: sha, authors: { nodes } };
  }
  return { data: { repository }, ...(errors.length === 0 ? {} : { errors }) };
}
