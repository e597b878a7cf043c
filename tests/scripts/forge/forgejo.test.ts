import { describe, expect, it } from 'vitest';
import { FactCache } from '../../../scripts/forge/cache.ts';
import { openForge, openReleases } from '../../../scripts/forge/open.ts';
import { tempDir } from '../../harness/temp.ts';
import { connectionTo } from './connection.ts';
import { problemsOf } from './forgejo-description.ts';
import { type FakeForgejo, fakeForgejo, problem } from './forgejo-server.ts';

const DAY = 24 * 60 * 60 * 1000;
const reach = (server: FakeForgejo, token?: string) =>
  connectionTo('forgejo', server.apiUrl, token);
const forgeOf = async (
  server: FakeForgejo,
  options: { token?: string; file?: string; now?: number } = {},
) => {
  const cache = await FactCache.open(options.file ?? `${tempDir()}/c.json`, () => options.now ?? 0);
  return openForge(reach(server, options.token), cache);
};
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('asking Forgejo', () => {
  it('reads the newest pull requests from pages, and the few that are left one by one', async () => {
    const server = await fakeForgejo();
    for (const number of range(300)) server.pulls.set(number, { login: `u_${number}` });
    const wanted = [...range(300).slice(180), 7, 9];
    const { facts, gaps } = await (await forgeOf(server)).pulls(wanted);
    expect(facts.size).toBe(122);
    expect(facts.get(300)).toMatchObject({ kind: 'pull', author: 'u_300', from: 'Forgejo' });
    expect(facts.get(7)!.author).toBe('u_7');
    expect(gaps.size).toBe(0);
    const asked = server.requests.map(
      ({ path, query }) => `${path.slice(22)}${query.get('page') ?? ''}`,
    );
    expect(asked).toEqual(['/pulls1', '/pulls2', '/pulls3', '/pulls/7', '/pulls/9']);
  });
  it('tells pull requests from issues, and both from what is not there', async () => {
    const server = await fakeForgejo();
    server.pulls.set(2, { login: null, body: 'Salvages #1.' });
    server.issues.add(3);
    const { facts } = await (await forgeOf(server)).pulls([2, 3, 4]);
    expect(facts.get(2)).toMatchObject({ kind: 'pull', body: 'Salvages #1.' });
    expect(facts.get(2)!.author).toBeUndefined();
    expect([facts.get(3)!.kind, facts.get(4)!.kind]).toEqual(['issue', 'absent']);
  });
  it('sends the ETag of an old answer where the server gave one, and a 304 keeps the answer', async () => {
    const server = await fakeForgejo();
    server.pulls.set(5, { login: 'bea' });
    const file = `${tempDir()}/c.json`;
    const body = { number: 5, title: 'A', body: 'Salvages #3.', user: { id: 12, login: 'bea' } };
    server.trouble = ({ headers }) =>
      headers['if-none-match'] === '"1"'
        ? { status: 304, headers: { etag: '"1"' } }
        : { status: 200, headers: { etag: '"1"' }, body };
    await (await forgeOf(server, { file })).pulls([5]);
    const again = await (await forgeOf(server, { file, now: 2 * DAY })).pulls([5]);
    expect(again.facts.get(5)).toMatchObject({ author: 'bea', body: 'Salvages #3.' });
    await (await forgeOf(server, { file, now: 2 * DAY + 1 })).pulls([5]);
    expect(server.requests).toHaveLength(2);
  });
  it('resolves the account behind a commit, and says nothing of one that was never pushed', async () => {
    const server = await fakeForgejo();
    server.commits.set('0a', { email: 'a@x.example', login: 'ann' });
    server.commits.set('0b', { email: 'b@x.example', login: null });
    const { facts, gaps } = await (await forgeOf(server)).commits(['0a', '0b', '0c']);
    expect(gaps).toEqual([]);
    expect(facts.get('0a')!.authors).toEqual([{ login: 'ann', email: 'a@x.example' }]);
    expect(facts.get('0b')!.authors).toEqual([]);
    expect(facts.has('0c')).toBe(false);
    expect(server.requests[0]!.query.toString()).toBe('stat=false&verification=false&files=false');
  });
  it('of a repository that is not shown knows nothing: neither absent nor never pushed', async () => {
    const server = await fakeForgejo();
    server.trouble = () => problem(404, "The target couldn't be found.");
    const forge = await forgeOf(server);
    const why =
      'Forgejo shows no acme/app (404); if it is not public, it wants a token in FORGEJO_TOKEN or GITEA_TOKEN';
    const { facts, gaps } = await forge.pulls([5]);
    expect([facts.size, gaps.get(5)!.why]).toEqual([0, why]);
    expect((await forge.commits(['0a'])).gaps).toEqual([
      { what: 'the accounts behind 1 commit', why },
    ]);
  });
  it.each([
    [401, 'FORGEJO_TOKEN'],
    [403, 'forbids it (403): only with a token'],
    [429, 'rate limit is used up (429)'],
    [500, 'answered 500: only with a token'],
  ])('stops at %i and names what is missing', async (status, words) => {
    const server = await fakeForgejo();
    for (const number of range(9)) server.pulls.set(number, { login: 'ada' });
    server.trouble = ({ path }, count) =>
      path.endsWith('/pulls') || count > 3
        ? problem(status, 'only with a token', { 'retry-after': '900' })
        : undefined;
    const { facts, gaps } = await (await forgeOf(server)).pulls([1, 2, 3, 4]);
    expect(facts.size).toBe(3);
    expect(gaps.get(4)!.why).toContain(words);
  });
  it('asks nothing more after a refusal', async () => {
    const server = await fakeForgejo();
    server.trouble = () => problem(403, 'Forbidden');
    const { gaps } = await (await forgeOf(server)).pulls([1, 2, 3, 4]);
    expect(gaps.size).toBe(4);
    expect(server.requests).toHaveLength(1);
  });
  it('sends its token as Forgejo wants it, and to no other host', async () => {
    const [server, other] = [await fakeForgejo(), await fakeForgejo()];
    const forge = await forgeOf(server, { token: 'sekret-1' });
    await forge.pulls([5]);
    expect(server.requests[0]!.headers.authorization).toBe('token sekret-1');
    server.trouble = () => ({ status: 307, headers: { location: `${other.url}/x` }, body: {} });
    expect((await forge.pulls([6])).gaps.get(6)!.why).not.toContain('sekret');
    expect(other.requests).toEqual([]);
  });
});

describe('Forgejo’s releases', () => {
  it('are found, created and updated', async () => {
    const server = await fakeForgejo();
    const releases = await openReleases(reach(server, 'made-up'));
    expect(await releases.find('v1')).toBeUndefined();
    const page = `${server.url}/acme/app/releases/tag/v1`;
    expect(await releases.create({ tag: 'v1', body: 'words' })).toBe(page);
    const found = await releases.find('v1');
    expect(found).toMatchObject({ body: 'words', url: page, draft: false });
    await releases.update(found!, 'v1', 'more');
    expect(server.releases.get('v1')!.body).toBe('more');
  });
  it('are found as drafts on any page, and published by an update', async () => {
    const server = await fakeForgejo();
    for (const id of range(120)) server.releases.set(`v0.${id}`, { id, body: '', draft: true });
    server.releases.set('v1', { id: 500, body: 'to do', draft: true });
    const releases = await openReleases(reach(server, 'made-up'));
    const draft = await releases.find('v1');
    expect(draft).toMatchObject({ id: 500, draft: true });
    await releases.update(draft!, 'v1', 'words');
    expect(server.releases.get('v1')).toEqual({ id: 500, body: 'words', draft: false });
  });
});

describe('the fake', () => {
  it('answers what Forgejo’s own description has: each path, query, status and field', async () => {
    const server = await fakeForgejo();
    server.pulls.set(2, { login: 'ada', body: 'x' }).set(4, { login: null });
    server.issues.add(3);
    server.commits.set('0a', { email: 'a@x.example', login: 'ann' });
    server.releases.set('v1', { id: 1, body: 'words', draft: true });
    const sent = { method: 'POST', body: JSON.stringify({ tag_name: 'v2', body: 'words' }) };
    const changed = { method: 'PATCH', body: JSON.stringify({ body: 'more', draft: false }) };
    const requests: [string, string, number, RequestInit?][] = [
      ['', '', 200],
      ['/pulls/2', '/pulls/{index}', 200],
      ['/pulls/9', '/pulls/{index}', 404],
      ['/pulls?state=all&limit=50&page=1', '/pulls', 200],
      ['/issues/3', '/issues/{index}', 200],
      ['/git/commits/0a?stat=false&verification=false&files=false', '/git/commits/{sha}', 200],
      ['/git/commits/0b', '/git/commits/{sha}', 404],
      ['/releases?draft=true&limit=50', '/releases', 200],
      ['/releases', '/releases', 201, sent],
      ['/releases', '/releases', 409, sent],
      ['/releases/tags/v2', '/releases/tags/{tag}', 200],
      ['/releases/tags/v1', '/releases/tags/{tag}', 404],
      ['/releases/1', '/releases/{id}', 200, changed],
    ];
    for (const [path, template, status, init = {}] of requests) {
      const response = await fetch(`${server.apiUrl}/repos/acme/app${path}`, init);
      const operation = `${init.method ?? 'GET'} /repos/{owner}/{repo}${template}`;
      const query = [...new URL(response.url).searchParams.keys()];
      const problems = problemsOf(operation, query, response.status, await response.json());
      expect({ operation, status: response.status, problems }).toEqual({
        operation,
        status,
        problems: [],
      });
    }
    expect(problemsOf('GET /repos/{owner}/{repo}/pulls/{index}', [], 200, { iid: 1 })).toEqual([
      'PullRequest has no iid',
    ]);
  });
});
