import { type Asked, type FakeServer, pageOf, type Reply, serve } from './server.ts';

export interface FakeMergeRequest {
  readonly author: string | null;
  readonly title?: string;
  readonly description?: string | null;
  /** The commit that it was merged as, by a fast-forward. */
  readonly sha?: string;
  readonly updated?: string;
}

/** A server that answers in GitLab's documented shapes, for "acme/tools/app". */
export interface FakeGitLab extends FakeServer {
  /** Where its API begins. */
  readonly apiUrl: string;
  readonly mergeRequests: Map<number, FakeMergeRequest>;
  /** The commits that were pushed: by sha the author's address, and the account behind it. */
  readonly commits: Map<string, { email: string; username: string | null }>;
  readonly releases: Map<string, { description: string }>;
  /** How many merge requests fit on a page; GitLab's own bound is 100. */
  pageSize: number;
}

const PROJECT = '/api/v4/projects/acme%2Ftools%2Fapp';
const NOT_FOUND: Reply = { status: 404, body: { message: '404 Not found' } };
export const NO_PROJECT: Reply = { status: 404, body: { message: '404 Project Not Found' } };
/** What a limit answers: its text is plain. */
export const TOO_MANY = (seconds: number): Reply => ({
  status: 429,
  headers: {
    'content-type': 'text/plain',
    'retry-after': String(seconds),
    'ratelimit-limit': '60',
    'ratelimit-remaining': '0',
    'ratelimit-reset': String(Math.floor(Date.now() / 1000) + seconds),
  },
  body: 'Retry later\n',
});

export async function fakeGitLab(): Promise<FakeGitLab> {
  const content = {
    mergeRequests: new Map<number, FakeMergeRequest>(),
    commits: new Map<string, { email: string; username: string | null }>(),
    releases: new Map<string, { description: string }>(),
    pageSize: 100,
  };
  const server = await serve((asked, url) => answer(fake, asked, url));
  const fake: FakeGitLab = Object.assign(server, content, { apiUrl: `${server.url}/api/v4` });
  return fake;
}

function answer(fake: FakeGitLab, asked: Asked, url: string): Reply {
  const { method, path, query, body } = asked;
  if (path === '/api/graphql' && method === 'POST') return graphql(fake, body);
  if (path === `${PROJECT}/merge_requests` && method === 'GET') {
    const wanted = new Set(query.getAll('iids[]').map(Number));
    const after = query.get('updated_after') ?? '';
    const all = [...fake.mergeRequests]
      .filter(([iid, { sha, updated = '' }]) =>
        query.get('state') === 'merged' ? sha !== undefined && updated >= after : wanted.has(iid),
      )
      .reverse();
    const shapes = all.map(([iid, each]) => mergeRequest(iid, each, url));
    return pageOf(shapes, asked, url, { parameter: 'per_page', most: fake.pageSize });
  }
  if (path === `${PROJECT}/releases` && method === 'POST') {
    const { tag_name: tag, description } = JSON.parse(body) as Record<string, string>;
    if (fake.releases.has(tag!))
      return { status: 409, body: { message: 'Release already exists' } };
    fake.releases.set(tag!, { description: description! });
    return { status: 201, body: release(tag!, description!, url) };
  }
  const tag = path.startsWith(`${PROJECT}/releases/`)
    ? decodeURIComponent(path.slice(`${PROJECT}/releases/`.length))
    : undefined;
  const found = tag === undefined ? undefined : fake.releases.get(tag);
  if (found === undefined) return path.startsWith(PROJECT) ? NOT_FOUND : NO_PROJECT;
  if (method === 'PUT') Object.assign(found, JSON.parse(body));
  return { status: 200, body: release(tag!, found.description, url) };
}

/** As in https://docs.gitlab.com/api/merge_requests/, without what a client of ours ignores. */
function mergeRequest(iid: number, each: FakeMergeRequest, url: string) {
  const web = `${url}/acme/tools/app/-/merge_requests/${iid}`;
  const author = each.author === null ? null : user(each.author, url);
  const { title = '', description = null, sha = '0'.repeat(40), updated = '' } = each;
  return {
    id: 1000 + iid,
    iid,
    project_id: 3,
    title,
    description,
    state: 'merged',
    web_url: web,
    author,
    sha,
    merge_commit_sha: null,
    squash_commit_sha: null,
    updated_at: updated,
  };
}

function user(username: string, url: string) {
  const web_url = `${url}/${username}`;
  return { id: 12, name: `The name of ${username}`, username, state: 'active', web_url };
}

function release(tag: string, description: string, url: string) {
  const self = `${url}/acme/tools/app/-/releases/${tag}`;
  return { tag_name: tag, name: tag, description, _links: { self } };
}

/** GraphQL: an absent project, and a tree of a revision that is not there, are null. */
function graphql(fake: FakeGitLab, body: string): Reply {
  const { query, variables } = JSON.parse(body) as {
    query: string;
    variables: { path: string };
  };
  const asked = [...query.matchAll(/(c\d+): tree\(ref: "(\w+)"\)/g)];
  // A tree with its commit costs about ten; more than 200 is refused.
  if (asked.length * 10 > 200) {
    const message = `Query has complexity of ${asked.length * 10}, which exceeds max complexity of 200`;
    return { status: 200, body: { errors: [{ message }] } };
  }
  if (variables.path !== 'acme/tools/app')
    return { status: 200, body: { data: { project: null } } };
  const repository = Object.fromEntries(
    asked.map(([, alias, sha]) => {
      const commit = fake.commits.get(sha!);
      if (commit === undefined) return [alias!, null];
      const author = commit.username === null ? null : { username: commit.username };
      return [alias!, { lastCommit: { sha, authorEmail: commit.email, author } }];
    }),
  );
  return { status: 200, body: { data: { project: { repository } } } };
}
