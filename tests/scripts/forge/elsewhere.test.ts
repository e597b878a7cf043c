import { describe, expect, it } from 'vitest';
import { tempDir } from '../../harness/temp.ts';
import { type Repo, run } from '../support.ts';
import { fakeForgejo } from './forgejo-server.ts';
import { fakeGitHub } from './github-server.ts';
import { fakeGitLab } from './gitlab-server.ts';
import { history, merged, VERSION } from './histories.ts';

describe('a project that only fast-forwards, so that no commit has a number', () => {
  const commits = (repo: Repo) => {
    repo.commit('feat: keep order', 'Jo Doe <jo@x.example>');
    repo.commit('fix: stop twice', 'Bea <bea@x.example>');
  };
  it('is told by GitLab which merge request each commit came in by, and knows it offline then', async () => {
    const { repo } = history('git@gitlab.com:acme/tools/app.git', commits);
    const [fix, feat] = repo.git('log', '--format=%H').split('\n');
    const server = await fakeGitLab();
    server.mergeRequests
      .set(12, {
        author: 'jo',
        description: 'Salvages !5.',
        sha: feat!,
        updated: '2026-01-02T00:00:00Z',
      })
      .set(13, { author: 'bea', sha: fix!, updated: '2026-01-03T00:00:00Z' })
      // Not of this range, and too old to be one of it.
      .set(4, {
        author: 'eve',
        description: 'Salvages !6.',
        sha: 'e'.repeat(40),
        updated: '2026-01-02T00:00:00Z',
      })
      .set(3, { author: 'eve', sha: fix!, updated: '2025-01-02T00:00:00Z' })
      .set(5, { author: 'old.hand' });
    const args = ['--repo', repo.dir, '--api-url', server.apiUrl, '--cache-dir', tempDir()];
    const { out } = await run('release', [...args, ...VERSION]);
    expect(out).toContain('- keep order (!12, Jo Doe, @old.hand)');
    expect(out).toContain('- stop twice (!13, Bea)');
    const asked = server.requests.length;
    expect((await run('release', [...args, '--offline', ...VERSION])).out).toBe(out);
    expect(server.requests).toHaveLength(asked);
    server.trouble = () => ({ status: 403, body: { message: '403 Forbidden' } });
    const refused = await run('contributor-audit', [...args.slice(0, 4), '--cache-dir', tempDir()]);
    expect(refused.code).toBe(2);
    expect(refused.out).toContain('what the commits came in by: GitLab forbids it (403)');
  });
  it('is told by GitHub, where pull requests are rebased', async () => {
    const { repo } = history('https://github.com/acme/app', commits);
    const [fix, feat] = repo.git('log', '--format=%H').split('\n');
    const server = await fakeGitHub();
    server.pulls
      .set(5, { login: 'old-hand' })
      .set(12, { login: 'jo', body: 'Salvages #5.', sha: feat!, updated: '2026-01-02T00:00:00Z' })
      .set(13, { login: 'bea', sha: fix!, updated: '2026-01-03T00:00:00Z' });
    for (let number = 100; number < 250; number += 1)
      server.pulls.set(number, { login: 'eve', updated: '2025-01-01T00:00:00Z' });
    const args = ['--repo', repo.dir, '--api-url', server.url, '--cache-dir', tempDir()];
    const { out } = await run('release', [...args, ...VERSION]);
    expect(out).toContain('- keep order (#12, Jo Doe, @old-hand)');
    expect(out).toContain('- stop twice (#13, Bea)');
    expect(server.requests.filter(({ path }) => path.endsWith('/pulls'))).toHaveLength(1);
  });
  it('is told by Forgejo', async () => {
    const { repo } = history('https://codeberg.org/acme/app', commits);
    const [fix, feat] = repo.git('log', '--format=%H').split('\n');
    const server = await fakeForgejo();
    server.pulls
      .set(12, { login: 'jo', sha: feat!, updated: '2026-01-02T00:00:00Z' })
      .set(13, { login: 'bea', sha: fix!, updated: '2026-01-03T00:00:00Z' });
    for (let number = 100; number < 200; number += 1)
      server.pulls.set(number, { login: 'eve', updated: '2025-01-01T00:00:00Z' });
    const args = ['--repo', repo.dir, '--api-url', server.apiUrl, '--cache-dir', tempDir()];
    const { out } = await run('release', [...args, ...VERSION]);
    expect(out).toContain('- keep order (#12, Jo Doe)');
    expect(out).toContain('- stop twice (#13, Bea)');
    expect(server.requests.filter(({ path }) => path.endsWith('/pulls'))).toHaveLength(1);
  });
});

describe('a mirror on GitHub of another forge’s project', () => {
  it.each([
    [
      'gitlab',
      "Merge branch 'x' into 'main'\n\nKeep order\n\nSee merge request acme/app!12",
      '!12',
    ],
    [
      'forgejo',
      "Merge pull request 'Keep order' (#12) from x into main\n\nReviewed-on: https://codeberg.org/acme/app/pulls/12",
      '#12',
    ],
  ])('is told apart, and its numbers are none of GitHub’s: %s', async (forge, message, number) => {
    const { repo } = history('https://github.com/acme/app.git', (made) =>
      merged(made, message, () => made.commit('first try', 'Jo Doe <jo@x.example>')),
    );
    const args = ['--repo', repo.dir, '--offline'];
    const audit = await run('contributor-audit', args);
    expect(audit.out).toContain(`read it with --forge ${forge}`);
    expect((await run('release', [...args, ...VERSION])).out).not.toContain('12');
    const server = ['--forge', forge, '--api-url', 'https://forge.example'];
    const { out } = await run('release', [...args, ...server, ...VERSION]);
    expect(out).toContain(`- Keep order (${number}, Jo Doe)`);
    expect((await run('contributor-audit', [...args, ...server])).out).not.toContain(
      'read it with',
    );
  });
});

describe('a server of one’s own', () => {
  it('is said by --forge and --project or by release.yaml; a wrong one is told', async () => {
    const { repo } = history('https://git.acme.example/a/b', (made) => void made.commit('x (!3)'));
    const base = ['--repo', repo.dir, '--offline', ...VERSION];
    const { out } = await run('release', [...base, '--forge', 'gitlab', '--project', 'x/y/z']);
    expect(out).toContain('https://git.acme.example/x/y/z/-/compare/');
    const deep = await run('release', [...base, '--forge', 'forgejo', '--project', 'x/y/z']);
    expect(deep.err).toContain('"x/y/z" is no repository on Forgejo: it must be owner/name');
    repo.write('release.yaml', 'forge: gitea\n');
    expect((await run('release', base)).out).toContain('https://git.acme.example/a/b/compare/');
    repo.write('release.yaml', 'forge: bitbucket\n');
    expect((await run('release', base)).err).toContain(
      'release.yaml:1: forge must be one of github',
    );
    const both = await run('release', [...base, '--github', 'a/b', '--forge', 'gitlab']);
    expect(both).toMatchObject({ code: 2 });
    expect(both.err).toContain('leave --forge and --project out');
  });
});
