import { describe, expect, it } from 'vitest';
import { FactCache } from '../../../scripts/forge/cache.ts';
import { github } from '../../../scripts/forge/github.ts';
import { tempDir } from '../../harness/temp.ts';
import { connectionTo } from './connection.ts';
import { type FakeGitHub, fakeGitHub } from './github-server.ts';

const DAY = 24 * 60 * 60 * 1000;

/** The forge of a local GitHub, with a cache whose clock can be set. */
async function forgeOf(
  server: FakeGitHub,
  options: { token?: string; file?: string; now?: number },
) {
  const cache = await FactCache.open(
    options.file ?? `${tempDir()}/cache.json`,
    () => options.now ?? 0,
  );
  return github(connectionTo('github', server.url, options.token), cache);
}
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('asking GitHub', () => {
  it('asks for 250 pull requests in three requests with a token', async () => {
    const server = await fakeGitHub();
    for (const number of range(250)) server.pulls.set(number, { login: `u${number}` });
    const forge = await forgeOf(server, { token: 'made-up' });
    const { facts, gaps } = await forge.pulls(range(250));
    expect(facts.size).toBe(250);
    expect(facts.get(250)!.author).toBe('u250');
    expect(gaps.size).toBe(0);
    expect(server.requests).toHaveLength(3);
  });
  it('sends the ETag of an old answer, and a 304 keeps the answer', async () => {
    const server = await fakeGitHub();
    server.pulls.set(5, { login: 'bea', body: 'Salvages #3.' });
    const file = `${tempDir()}/cache.json`;
    await (await forgeOf(server, { file })).pulls([5]);
    const statuses: number[] = [];
    server.answered = (status) => statuses.push(status);
    const again = await (await forgeOf(server, { file, now: 2 * DAY })).pulls([5]);
    expect(statuses).toEqual([304]);
    expect(again.facts.get(5)).toMatchObject({ author: 'bea', body: 'Salvages #3.' });
    // The 304 made it fresh: a third run asks nothing.
    await (await forgeOf(server, { file, now: 2 * DAY + 1 })).pulls([5]);
    expect(statuses).toEqual([304]);
  });
  it('names what is missing when the rate limit ends in mid-way, and keeps what it has', async () => {
    const server = await fakeGitHub();
    for (const number of range(6)) server.pulls.set(number, { login: `u${number}` });
    const limit = {
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' },
      body: { message: 'API rate limit exceeded for 127.0.0.1.' },
    };
    server.trouble = (_request, count) => (count > 3 ? limit : undefined);
    const file = `${tempDir()}/cache.json`;
    const first = await (await forgeOf(server, { file })).pulls(range(6));
    expect([...first.facts.keys()]).toEqual([1, 2, 3]);
    expect([...first.gaps.keys()]).toEqual([4, 5, 6]);
    expect(first.gaps.get(6)!.why).toContain('rate limit');
    server.trouble = () => undefined;
    const asked = server.requests.length;
    const second = await (await forgeOf(server, { file })).pulls(range(6));
    expect(second.facts.size).toBe(6);
    expect(server.requests.length - asked).toBe(3);
  });
  it('takes an abuse answer for a limit, not for an absence', async () => {
    const server = await fakeGitHub();
    server.pulls.set(5, { login: 'bea' });
    server.trouble = () => ({
      status: 403,
      body: { message: 'You have triggered an abuse detection mechanism. Please wait.' },
    });
    for (const token of [undefined, 'made-up']) {
      const forge = await forgeOf(server, token === undefined ? {} : { token });
      const { facts, gaps } = await forge.pulls([5]);
      expect(facts.size).toBe(0);
      expect(gaps.get(5)!.why).toContain('rate limit');
    }
  });
  it('takes only "not found" for an absence: a failing second look-up is a gap', async () => {
    const server = await fakeGitHub();
    server.trouble = (request) => (request.path.includes('/issues/') ? { status: 502 } : undefined);
    const forge = await forgeOf(server, {});
    const failed = await forge.pulls([9]);
    expect(failed.facts.size).toBe(0);
    expect(failed.gaps.get(9)!.why).toBe('GitHub answered 502');
    server.trouble = () => undefined;
    expect((await forge.pulls([9])).facts.get(9)!.kind).toBe('absent');
  });
  it('resolves the accounts of all authors of a commit, also of many in one request', async () => {
    const server = await fakeGitHub();
    server.accounts.set('a@x.example', 'ann').set('b@x.example', 'bob');
    const forge = await forgeOf(server, { token: 'made-up' });
    const { facts } = await forge.commits(['0a', '0b']);
    expect(facts.get('0b')!.authors.map((each) => each.login)).toEqual(['ann', 'bob']);
    expect(server.requests).toHaveLength(1);
  });
  it('asks for one commit at a time without a token', async () => {
    const server = await fakeGitHub();
    server.accounts.set('a@x.example', 'ann');
    const { facts } = await (await forgeOf(server, {})).commits(['0a']);
    expect(facts.get('0a')!.authors).toEqual([{ login: 'ann', email: 'a@x.example' }]);
  });
  it('sends the token to the configured host only, and never repeats it in a reason', async () => {
    const server = await fakeGitHub();
    const other = await fakeGitHub();
    server.trouble = () => ({
      status: 302,
      headers: { location: `${other.url}/stolen` },
      body: {},
    });
    const forge = await forgeOf(server, { token: 'sekret-1' });
    const { gaps } = await forge.pulls([5]);
    expect(JSON.stringify([...gaps.values()])).not.toContain('sekret-1');
    expect(other.requests.every((each) => each.headers.authorization === undefined)).toBe(true);
  });
  it('refuses a bad token in words that say what to do', async () => {
    const server = await fakeGitHub();
    server.trouble = () => ({ status: 401, body: { message: 'Bad credentials' } });
    const { gaps } = await (await forgeOf(server, { token: 'old' })).pulls([5]);
    expect(gaps.get(5)!.why).toBe('GitHub refuses the token (401)');
  });
});
