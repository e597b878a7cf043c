import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../scripts/attribution/config.ts';
import type { Git } from '../../../scripts/attribution/git.ts';
import { parseRemote, type Said, siteOf } from '../../../scripts/attribution/site.ts';
import { tokenFor } from '../../../scripts/forge/token.ts';
import { makeRepo } from '../support.ts';

const at = (url: string) => parseRemote(url);

describe('where a repository is', () => {
  it.each([
    ['https://github.com/acme/app.git', 'github.com', '', 'acme/app'],
    ['https://token@github.com/acme/app', 'github.com', '', 'acme/app'],
    ['git@github.com:acme/app.js.git', 'github.com', '', 'acme/app.js'],
    ['ssh://git@ssh.github.com:443/acme/app.git', 'github.com', '', 'acme/app'],
    ['ssh://git@ghe.acme.example:22/team/app/', 'ghe.acme.example', '', 'team/app'],
    ['git@gitlab.com:acme/tools/cli/app.git', 'gitlab.com', '', 'acme/tools/cli/app'],
    ['ssh://git@altssh.gitlab.com:443/acme/app.git', 'gitlab.com', '', 'acme/app'],
    ['git@ssh.gitlab.gnome.org:GNOME/app.git', 'gitlab.gnome.org', '', 'GNOME/app'],
    ['https://git.acme.example:3000/acme/app', 'git.acme.example', ':3000', 'acme/app'],
    ['ssh://git@codeberg.org/acme/app.git', 'codeberg.org', '', 'acme/app'],
    ['http://git.lan:3000/acme/app', 'git.lan', 'http://git.lan:3000', 'acme/app'],
    ['https://gitlab-ci-token:x@gitlab.acme.example/a/b.git', 'gitlab.acme.example', '', 'a/b'],
  ])('is read from a remote: %s', (url, host, port, repo) => {
    const origin = port.startsWith('http') ? port : `https://${host}${port}`;
    expect(parseRemote(url)).toEqual({ host, origin, repo });
  });
  it.each(['', '/srv/git/app.git', '../app', 'C:\\git\\app'])('is not read from %j', (url) => {
    expect(parseRemote(url)?.host ?? '').not.toContain('.');
  });
  it('is a known host, with its API', () => {
    expect(siteOf({}, at('git@gitlab.com:a/b/c.git')).site).toEqual({
      kind: 'gitlab',
      repo: 'a/b/c',
      host: 'gitlab.com',
      home: 'https://gitlab.com',
      web: 'https://gitlab.com/a/b/c',
      apiUrl: 'https://gitlab.com/api/v4',
      trusted: true,
    });
    expect(siteOf({}, at('https://codeberg.org/a/b')).site).toMatchObject({
      kind: 'forgejo',
      apiUrl: 'https://codeberg.org/api/v1',
    });
    expect(siteOf({}, at('https://github.com/a/b/c')).site).toBeUndefined();
  });
  it('is a server of one’s own when that is said', () => {
    const remote = at('https://git.acme.example:3000/acme/app');
    expect(siteOf({}, remote).site).toBeUndefined();
    expect(siteOf({ forge: 'forgejo' }, remote).site).toMatchObject({
      web: 'https://git.acme.example:3000/acme/app',
      apiUrl: 'https://git.acme.example:3000/api/v1',
      trusted: true,
    });
    expect(siteOf({ forge: 'gitlab' }, at('git@code.acme.example:x/y/z.git')).site).toMatchObject({
      repo: 'x/y/z',
      apiUrl: 'https://code.acme.example/api/v4',
    });
  });
  it('is GitHub’s own host where a repository on it is named, and the remote’s where it is said to be one', () => {
    const alias = at('git@github-work.lan:acme/app.git');
    expect(siteOf({ forge: 'github', repo: 'acme/app' }, alias).site).toMatchObject({
      web: 'https://github.com/acme/app',
      apiUrl: 'https://api.github.com',
    });
    expect(siteOf({ forge: 'github' }, at('git@ghe.example:acme/app.git')).site).toMatchObject({
      web: 'https://ghe.example/acme/app',
      apiUrl: 'https://ghe.example/api/v3',
    });
  });
  it('may be one without TLS', () => {
    expect(siteOf({ forge: 'forgejo' }, at('http://git.lan:3000/a/b')).site).toMatchObject({
      web: 'http://git.lan:3000/a/b',
      apiUrl: 'http://git.lan:3000/api/v1',
    });
  });
  it('may lie below a path, and the API’s address may be only the server’s', () => {
    const below = at('https://acme.example/git/team/app.git');
    expect(siteOf({ apiUrl: 'https://acme.example/git/api/v1' }, below).site).toMatchObject({
      kind: 'forgejo',
      repo: 'team/app',
      web: 'https://acme.example/git/team/app',
    });
    const bare = siteOf(
      { forge: 'gitlab', apiUrl: 'https://gl.example/' },
      at('git@gl.example:a/b'),
    );
    expect(bare.site).toMatchObject({ apiUrl: 'https://gl.example/api/v4', host: 'gl.example' });
  });
  it('of a mirror is the forge that is said, not the mirror’s', () => {
    const mirror = at('https://github.com/GNOME/app');
    expect(
      siteOf({ forge: 'gitlab', apiUrl: 'https://gitlab.gnome.org' }, mirror).site,
    ).toMatchObject({
      host: 'gitlab.gnome.org',
      repo: 'GNOME/app',
      web: 'https://gitlab.gnome.org/GNOME/app',
    });
  });
  it('is not asked where a host only looks like a forge, but its dialect is read', () => {
    const found = siteOf({}, at('git@gitlab.acme.example:a/b.git'));
    expect(found.site).toBeUndefined();
    expect(found.dialect.kind).toBe('gitlab');
  });
  it('takes upstream before origin, and asks no server that is not said to be a GitHub', async () => {
    const git = { dir: makeRepo().dir } as Git;
    const site = async (
      ...args: Parameters<typeof readConfig> extends [unknown, ...infer R] ? R : []
    ) => (await readConfig(git, ...args)).site;
    const remotes = (...each: [string, string][]) => new Map(each);
    const fork: [string, string] = ['origin', 'https://github.com/me/app'];
    const main: [string, string] = ['upstream', 'https://github.com/acme/app'];
    expect(await site(remotes(fork, main))).toMatchObject({ repo: 'acme/app' });
    expect(await site(remotes(fork))).toMatchObject({ repo: 'me/app' });
    const enterprise = remotes(['work', 'git@ghe.example:team/app.git']);
    expect(await site(enterprise)).toBeUndefined();
    const apiUrl = 'https://ghe.example/api/v3';
    expect(await site(enterprise, { apiUrl })).toMatchObject({
      repo: 'team/app',
      host: 'ghe.example',
      apiUrl,
    });
    expect((await site(remotes(), { apiUrl, repo: 'a/b' }))?.host).toBe('ghe.example');
  });
});

describe('a token', () => {
  const env = { GITLAB_TOKEN: 'lab', FORGEJO_TOKEN: 'berg', GITHUB_TOKEN: 'hub' };
  const tokenAt = (url: string, more: Record<string, string> = {}, said = {}) => {
    const { site } = siteOf(said, at(url), more);
    return site && tokenFor(site, { ...env, ...more })?.value;
  };
  it('goes to its own forge', () => {
    expect(tokenAt('https://gitlab.com/a/b')).toBe('lab');
    expect(tokenAt('https://codeberg.org/a/b')).toBe('berg');
    expect(tokenAt('https://github.com/a/b')).toBe('hub');
  });
  it('of one server goes to no other of the same kind, until somebody names it', () => {
    const url = 'https://gitlab.gnome.org/a/b';
    expect(siteOf({}, at(url)).site).toBeDefined();
    expect(tokenAt(url)).toBeUndefined();
    expect(tokenAt(url, {}, { forge: 'gitlab' })).toBe('lab');
    expect(tokenAt(url, { GITLAB_HOST: 'https://gitlab.gnome.org' })).toBe('lab');
  });
  it('is not sent elsewhere by a file of the repository', () => {
    const tokenBy = (said: Said, url: string, typed: Said = {}) => {
      const { site } = siteOf(said, at(url), {}, typed);
      return site && tokenFor(site, env)?.value;
    };
    const evil = { apiUrl: 'https://evil.example' };
    expect(tokenBy(evil, 'https://github.com/a/b')).toBeUndefined();
    expect(tokenBy({ ...evil, forge: 'gitlab' }, 'https://gitlab.com/a/b')).toBeUndefined();
    expect(tokenBy(evil, 'https://github.com/a/b', evil)).toBe('hub');
    const ours = { forge: 'gitlab', apiUrl: 'https://gl.example:8443' } as const;
    expect(tokenBy(ours, 'git@gl.example:a/b.git')).toBe('lab');
    expect(tokenBy({ forge: 'gitlab' }, 'git@gl.example:a/b.git')).toBe('lab');
    expect(tokenBy({ apiUrl: 'https://ghe.example/api/v3' }, 'git@ghe.example:a/b')).toBe('hub');
  });
  it('of a CI job goes to the job’s server only, and one of one’s own is taken first', () => {
    const job = { CI_SERVER_HOST: 'gl.example', CI_JOB_TOKEN: 'job', GITLAB_TOKEN: '' };
    expect(tokenAt('https://gl.example/a/b', job)).toBe('job');
    expect(tokenAt('https://gitlab.com/a/b', job)).toBeUndefined();
    expect(tokenAt('https://gl.example/a/b', { ...job, GITLAB_TOKEN: 'own' })).toBe('own');
  });
  it('that a Forgejo runner hands over by GitHub’s name is Forgejo’s', () => {
    const runner = { GITEA_ACTIONS: 'true', FORGEJO_TOKEN: '' };
    expect(tokenAt('https://codeberg.org/a/b', runner)).toBe('hub');
    expect(tokenAt('https://github.com/a/b', runner)).toBeUndefined();
  });
});
