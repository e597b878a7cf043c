import { describe, expect, it } from 'vitest';
import { FactCache } from '../../../scripts/forge/cache.ts';
import { openForge, openReleases } from '../../../scripts/forge/open.ts';
import { tempDir } from '../../harness/temp.ts';
import { connectionTo } from './connection.ts';
import { type FakeGitLab, fakeGitLab, NO_PROJECT, TOO_MANY } from './gitlab-server.ts';

const REPO = 'acme/tools/app';
const reach = (server: FakeGitLab, token?: string, repo = REPO) =>
  connectionTo('gitlab', server.apiUrl, token, repo);
const forgeOf = async (
  server: FakeGitLab,
  token?: string,
  file = `${tempDir()}/c.json`,
  repo = REPO,
) => openForge(reach(server, token, repo), await FactCache.open(file));
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('asking GitLab', () => {
  it('asks for 250 merge requests in three requests, and for none of them again', async () => {
    const server = await fakeGitLab();
    for (const iid of range(250)) server.mergeRequests.set(iid, { author: `u.${iid}` });
    const file = `${tempDir()}/c.json`;
    const { facts, gaps } = await (await forgeOf(server, undefined, file)).pulls(range(250));
    expect(facts.size).toBe(250);
    expect(facts.get(250)).toMatchObject({ kind: 'pull', author: 'u.250', from: 'GitLab' });
    expect(gaps.size).toBe(0);
    expect(server.requests).toHaveLength(3);
    await (await forgeOf(server, undefined, file)).pulls(range(250));
    expect(server.requests).toHaveLength(3);
  });
  it('follows the pages of a server that gives fewer', async () => {
    const server = await fakeGitLab();
    for (const iid of range(70)) server.mergeRequests.set(iid, { author: 'ada' });
    server.pageSize = 30;
    const { facts } = await (await forgeOf(server)).pulls(range(70));
    expect([...facts.values()].filter((each) => each.kind === 'pull')).toHaveLength(70);
    expect(server.requests).toHaveLength(3);
  });
  it('tells a merge request that is not there, and one whose author is gone', async () => {
    const server = await fakeGitLab();
    server.mergeRequests.set(2, { author: 'ghost', description: 'Salvages !1.' });
    server.mergeRequests.set(3, { author: null });
    const { facts } = await (await forgeOf(server)).pulls([1, 2, 3]);
    expect(facts.get(1)!.kind).toBe('absent');
    expect(facts.get(2)).toMatchObject({ kind: 'pull', body: 'Salvages !1.' });
    expect(facts.get(2)!.author).toBeUndefined();
    expect(facts.get(3)!.author).toBeUndefined();
  });
  it('resolves the accounts behind commits, fifteen at a time', async () => {
    const server = await fakeGitLab();
    const shas = range(40).map((each) => each.toString(16).padStart(40, '0'));
    for (const sha of shas.slice(0, 39))
      server.commits.set(sha, { email: 'a@x.example', username: 'ann' });
    server.commits.set(shas[1]!, { email: 'b@x.example', username: null });
    const { facts, gaps } = await (await forgeOf(server, 'glpat-made-up')).commits(shas);
    expect(gaps).toEqual([]);
    expect(facts.get(shas[0]!)!.authors).toEqual([{ login: 'ann', email: 'a@x.example' }]);
    expect(facts.get(shas[1]!)!.authors).toEqual([]);
    // The last one was never pushed.
    expect(facts.size).toBe(39);
    expect(server.requests).toHaveLength(3);
    expect(server.requests[0]!.path).toBe('/api/graphql');
  });
  it('waits out a limit that ends soon, and asks again', async () => {
    const server = await fakeGitLab();
    server.mergeRequests.set(5, { author: 'bea' });
    server.trouble = (_asked, count) => (count === 1 ? TOO_MANY(2) : undefined);
    const waits: [number, string][] = [];
    const connection = {
      ...reach(server),
      onWait: (...each: [number, string]) => void waits.push(each),
    };
    const forge = await openForge(connection, await FactCache.open(`${tempDir()}/c.json`));
    expect((await forge.pulls([5])).facts.get(5)!.author).toBe('bea');
    expect(waits).toEqual([[2, 'rate limit']]);
  });
  it.each([
    ['a date', () => ({ 'retry-after': new Date(Date.now() + 1000).toUTCString() }), 2],
    ['its end', () => ({ 'ratelimit-reset': `${Math.floor(Date.now() / 1000) + 1}` }), 2],
    ['nothing', () => ({}), 5],
  ])('reads how long a limit lasts: %s', async (_what, headers, most) => {
    const server = await fakeGitLab();
    server.mergeRequests.set(5, { author: 'bea' });
    server.trouble = (_asked, count) =>
      count === 1 ? { status: 429, headers: headers(), body: 'Retry later' } : undefined;
    const waits: number[] = [];
    const onWait = (seconds: number) => void waits.push(seconds);
    const connection = { ...reach(server), maxWaitSeconds: 5, onWait };
    const forge = await openForge(connection, await FactCache.open(`${tempDir()}/c.json`));
    expect((await forge.pulls([5])).facts.get(5)!.author).toBe('bea');
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(0);
    expect(waits[0]).toBeLessThanOrEqual(most);
  });
  it('names what is missing when a limit ends later, and keeps what it has', async () => {
    const server = await fakeGitLab();
    for (const iid of range(250)) server.mergeRequests.set(iid, { author: 'ada' });
    server.trouble = (_asked, count) => (count > 1 ? TOO_MANY(3000) : undefined);
    const { facts, gaps } = await (await forgeOf(server)).pulls(range(250));
    expect([facts.size, gaps.size]).toEqual([100, 150]);
    expect(gaps.get(250)).toEqual({
      what: '!250',
      why: "GitLab's rate limit is used up (429); give a token in GITLAB_TOKEN or GL_TOKEN, or try later",
    });
  });
  it.each([
    [401, undefined, 'GitLab wants a token in GITLAB_TOKEN or GL_TOKEN (401)'],
    [401, 'old', 'GitLab refuses the token (401)'],
    [403, 'weak', 'GitLab forbids it (403); the token lacks a scope or a right'],
    [
      404,
      undefined,
      `GitLab shows no ${REPO} (404); if it is not public, it wants a token in GITLAB_TOKEN or GL_TOKEN`,
    ],
    [404, 'other', `GitLab shows no ${REPO} (404) to this token`],
    [502, undefined, 'GitLab answered 502'],
  ])('takes %i with token %s for a gap, never for an absence', async (status, token, why) => {
    const server = await fakeGitLab();
    server.mergeRequests.set(5, { author: 'bea' });
    server.trouble = () => ({ status, body: { message: `${status} Something` } });
    const forge = await forgeOf(server, token);
    const { facts, gaps } = await forge.pulls([5]);
    expect(facts.size).toBe(0);
    expect(gaps.get(5)!.why).toBe(why);
    expect(await forge.commits(['0a'])).toMatchObject({
      gaps: [{ what: 'the accounts behind 1 commit', why }],
    });
  });
  it('takes a page to sign in, which comes with 200, for no answer', async () => {
    const server = await fakeGitLab();
    server.trouble = ({ path }) =>
      path === '/users/sign_in'
        ? { status: 200, body: '<html>Sign in</html>' }
        : { status: 302, headers: { location: '/users/sign_in' }, body: '<html>' };
    const forge = await forgeOf(server, 'glpat-made-up');
    expect((await forge.pulls([5])).gaps.get(5)!.why).toContain('text/html, no JSON');
    server.trouble = () => ({ status: 200, body: '<html>Sign in</html>' });
    expect((await forge.commits(['0a'])).gaps[0]!.why).toContain('a page to sign in');
  });
  it('takes a GraphQL error, and a project that is not shown, for a gap', async () => {
    const server = await fakeGitLab();
    const message = 'Query has complexity of 240, which exceeds max complexity of 200';
    server.trouble = () => ({ status: 200, body: { errors: [{ message }] } });
    const forge = await forgeOf(server);
    expect((await forge.commits(['0a'])).gaps[0]!.why).toBe(message);
    server.trouble = () => undefined;
    const other = await forgeOf(server, undefined, undefined, 'acme/hidden');
    expect((await other.commits(['0a'])).gaps[0]!.why).toContain('shows no acme/hidden (404)');
    expect((await other.pulls([1])).gaps.get(1)!.why).toContain('shows no acme/hidden (404)');
    expect(NO_PROJECT).toMatchObject({ status: 404 });
  });
  it('asks a failing server, and a cut line, again', async () => {
    const server = await fakeGitLab();
    server.mergeRequests.set(5, { author: 'bea' });
    server.trouble = (_asked, count) =>
      count === 1 ? 'hang up' : count === 2 ? { status: 503, body: 'Sorry' } : undefined;
    expect((await (await forgeOf(server)).pulls([5])).facts.get(5)!.author).toBe('bea');
  });
  it('sends the token to the configured host only, also when it is led away', async () => {
    const server = await fakeGitLab();
    const other = await fakeGitLab();
    server.trouble = () => ({
      status: 301,
      headers: { location: `${other.url}/stolen` },
      body: {},
    });
    const { gaps } = await (await forgeOf(server, 'glpat-sekret')).pulls([5]);
    expect(gaps.get(5)!.why).toContain('it has moved to');
    expect(JSON.stringify([...gaps.values()])).not.toContain('sekret');
    expect(other.requests).toEqual([]);
  });
  it('signs as a personal token or as a CI job', async () => {
    const server = await fakeGitLab();
    await (await forgeOf(server, 'glpat-1')).pulls([5]);
    const { site } = reach(server);
    const job = { site, token: { value: 'job-1', ofJob: true }, maxWaitSeconds: 1, second: 1 };
    await (await openReleases(job)).find('v1');
    expect(server.requests[0]!.headers.authorization).toBe('Bearer glpat-1');
    expect(server.requests[1]!.headers['job-token']).toBe('job-1');
    expect(server.requests[1]!.headers.authorization).toBeUndefined();
  });
});

describe('GitLab’s releases', () => {
  it('are found by a tag with any letters, created, and updated', async () => {
    const server = await fakeGitLab();
    const releases = await openReleases(reach(server, 'glpat-1'));
    expect(await releases.find('app/v1.0')).toBeUndefined();
    const page = `${server.url}/acme/tools/app/-/releases/app/v1.0`;
    expect(await releases.create({ tag: 'app/v1.0', body: 'words' })).toBe(page);
    const found = await releases.find('app/v1.0');
    expect(found).toMatchObject({ body: 'words', url: page, draft: false });
    await releases.update(found!, 'app/v1.0', 'more words');
    expect(server.releases.get('app/v1.0')!.description).toBe('more words');
  });
  it('are not taken for absent where they may not be read, and a refusal tells why', async () => {
    const server = await fakeGitLab();
    const releases = await openReleases(reach(server, 'glpat-1'));
    server.trouble = () => ({ status: 403, body: { message: '403 Forbidden' } });
    await expect(releases.find('v1')).rejects.toMatchObject({ status: 403 });
    server.trouble = () => ({ status: 422, body: { message: 'Tag name invalid' } });
    await expect(releases.create({ tag: 'v 1', body: '' })).rejects.toThrow('Tag name invalid');
  });
  it('are not sent twice when the answer to the first is lost', async () => {
    const server = await fakeGitLab();
    server.trouble = () => 'hang up';
    const releases = await openReleases(reach(server, 'glpat-1'));
    await expect(releases.create({ tag: 'v1', body: '' })).rejects.toThrow('no network');
    expect(server.requests).toHaveLength(1);
  });
});
