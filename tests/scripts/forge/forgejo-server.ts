import { type Asked, type FakeServer, pageOf, type Reply, serve } from './server.ts';

export interface FakePull {
  /** Null: its account is deleted. */
  readonly login: string | null;
  readonly title?: string;
  readonly body?: string;
  /** The commit that it was merged as. */
  readonly sha?: string;
  readonly updated?: string;
}

/** A server that answers in the shapes of Forgejo's description, for "acme/app". */
export interface FakeForgejo extends FakeServer {
  /** Where its API begins. */
  readonly apiUrl: string;
  readonly pulls: Map<number, FakePull>;
  readonly issues: Set<number>;
  /** The commits that were pushed: by sha the author's address, and the account behind it. */
  readonly commits: Map<string, { email: string; login: string | null }>;
  readonly releases: Map<string, { id: number; body: string; draft: boolean }>;
}

const REPO = '/api/v1/repos/acme/app';
/** An error as the API writes it. */
export const problem = (
  status: number,
  message: string,
  headers: Record<string, string> = {},
): Reply => ({
  status,
  headers,
  body: { message, url: 'https://forgejo.example/api/swagger' },
});
const NOT_FOUND = problem(404, "The target couldn't be found.");

export async function fakeForgejo(): Promise<FakeForgejo> {
  const content = {
    pulls: new Map<number, FakePull>(),
    issues: new Set<number>(),
    commits: new Map<string, { email: string; login: string | null }>(),
    releases: new Map<string, { id: number; body: string; draft: boolean }>(),
  };
  const server = await serve((asked, url) => answer(fake, asked, url));
  const fake: FakeForgejo = Object.assign(server, content, { apiUrl: `${server.url}/api/v1` });
  return fake;
}

const LATEST_FIRST = (a: readonly [number, FakePull], b: readonly [number, FakePull]) =>
  (b[1].updated ?? '').localeCompare(a[1].updated ?? '');
const NEWEST_FIRST = (a: readonly [number, unknown], b: readonly [number, unknown]) => b[0] - a[0];

function answer(fake: FakeForgejo, asked: Asked, url: string): Reply {
  const { path, query } = asked;
  if (path === REPO) return { status: 200, body: { id: 1, full_name: 'acme/app', name: 'app' } };
  if (path === `${REPO}/pulls`) {
    const newest = query.get('sort') === 'recentupdate' ? LATEST_FIRST : NEWEST_FIRST;
    const all = [...fake.pulls].sort(newest).map(([number, each]) => pull(number, each, url));
    return pageOf(all, asked, url, { parameter: 'limit', most: 50 });
  }
  const [, kind, key] =
    /^\/api\/v1\/repos\/acme\/app\/(pulls|issues|git\/commits)\/(\w+)$/.exec(path) ?? [];
  if (kind === 'pulls') {
    const found = fake.pulls.get(Number(key));
    return found === undefined ? NOT_FOUND : { status: 200, body: pull(Number(key), found, url) };
  }
  if (kind === 'issues') {
    const number = Number(key);
    const shape = { number, title: 'It breaks', body: '', user: user('rita', url) };
    return fake.issues.has(number) ? { status: 200, body: shape } : NOT_FOUND;
  }
  if (kind === 'git/commits') {
    const found = fake.commits.get(key!);
    if (found === undefined) return NOT_FOUND;
    const author = found.login === null ? null : user(found.login, url);
    const commit = { author: { name: 'Somebody', email: found.email }, message: 'x' };
    return { status: 200, body: { sha: key, author, commit } };
  }
  if (path.startsWith(`${REPO}/releases`)) return releases(fake, asked, url);
  return NOT_FOUND;
}

function releases(fake: FakeForgejo, asked: Asked, url: string): Reply {
  const { method, path, query, body } = asked;
  const rest = decodeURIComponent(path.slice(`${REPO}/releases`.length));
  if (rest === '' && method === 'POST') {
    const { tag_name: tag, body: text } = JSON.parse(body) as { tag_name: string; body: string };
    if (fake.releases.get(tag)?.draft === false) return problem(409, 'Release is has no Tag');
    const release = { id: fake.releases.size + 1, body: text, draft: false };
    fake.releases.set(tag, release);
    return { status: 201, body: shapeOf(tag, release, url) };
  }
  if (rest === '') {
    const drafts = query.get('draft') === 'true';
    const all = [...fake.releases]
      .filter(([, each]) => !drafts || each.draft)
      .map(([tag, each]) => shapeOf(tag, each, url));
    return pageOf(all, asked, url, { parameter: 'limit', most: 50 });
  }
  const tag = /^\/tags\/(.+)$/.exec(rest)?.[1];
  if (tag !== undefined) {
    const found = fake.releases.get(tag);
    return found === undefined || found.draft
      ? NOT_FOUND
      : { status: 200, body: shapeOf(tag, found, url) };
  }
  const found = [...fake.releases].find(([, { id }]) => rest === `/${id}`);
  if (found === undefined || method !== 'PATCH') return NOT_FOUND;
  const { body: text, draft } = JSON.parse(body) as { body: string; draft: boolean };
  const release = { ...found[1], body: text, draft };
  fake.releases.set(found[0], release);
  return { status: 200, body: shapeOf(found[0], release, url) };
}

function pull(
  number: number,
  { login, title = '', body = '', sha, updated = '' }: FakePull,
  url: string,
) {
  const html_url = `${url}/acme/app/pulls/${number}`;
  // Who is gone is the account -1.
  const by = login === null ? { ...user('Ghost', url), id: -1 } : user(login, url);
  return {
    id: 5000 + number,
    number,
    title,
    body,
    html_url,
    state: 'closed',
    merged: true,
    merge_commit_sha: sha ?? null,
    updated_at: updated,
    user: by,
  };
}

function user(login: string, url: string) {
  return { id: 12, login, full_name: `The name of ${login}`, html_url: `${url}/${login}` };
}

function shapeOf(tag: string, each: { id: number; body: string; draft: boolean }, url: string) {
  const html_url = `${url}/acme/app/releases/tag/${tag}`;
  return { ...each, tag_name: tag, name: tag, prerelease: false, html_url };
}
