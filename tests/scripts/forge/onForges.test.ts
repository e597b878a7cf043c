import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../harness/temp.ts';
import { makeRepo, type Repo, run } from '../support.ts';
import { fakeForgejo } from './forgejo-server.ts';
import { fakeGitLab } from './gitlab-server.ts';

const VERSION = ['--version', '1.1.0', '--date', '2026-02-03'];

/** Both commands on a history as the forge writes it, with a server of that forge. */
function history(origin: string, commits: (repo: Repo) => void): { repo: Repo; remote: string } {
  const repo = makeRepo();
  const remote = tempDir('sluice-remote-');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote]);
  // Named as on the forge, pushed to this machine.
  repo.git('remote', 'add', 'origin', origin);
  repo.git('config', `url.${remote}.insteadOf`, origin);
  repo.git('config', 'user.name', 'Ada Maker');
  repo.git('config', 'user.email', 'ada@home.example');
  repo.commit('chore: begin');
  repo.git('tag', 'v1.0.0');
  commits(repo);
  repo.git('push', '-q', 'origin', 'main', 'v1.0.0');
  return { repo, remote };
}

/** Merges what `work` commits, with a message of the forge. */
function merged(repo: Repo, message: string, work: () => void): void {
  repo.git('checkout', '-q', '-b', 'work');
  work();
  repo.git('checkout', '-q', 'main');
  repo.git('merge', '-q', '--no-ff', '-m', message, 'work');
  repo.git('branch', '-q', '-D', 'work');
}

describe('a history of GitLab', () => {
  const onGitLab = () =>
    history('git@gitlab.com:acme/tools/app.git', (repo) => {
      merged(
        repo,
        "Merge branch 'order' into 'main'\n\nfeat(queue): keep order\n\nSee merge request acme/tools/app!12",
        () => repo.commit('first try', 'Jo Doe <jo@x.example>'),
      );
      repo.commit('fix: stop twice (#3) (!13)', '7-bea <7-bea.b@users.noreply.gitlab.com>');
      repo.commit('docs: a word (#4)', 'Carl <3+carl@users.noreply.github.com>');
    });

  it('is read offline in its own words: numbers, links, and nobody of GitHub as a handle', async () => {
    const { repo } = onGitLab();
    const { out } = await run('release', ['--repo', repo.dir, '--offline', ...VERSION]);
    expect(out).toContain('- **queue**: keep order (!12, Jo Doe)');
    expect(out).toContain('- stop twice (#3) (!13, @bea.b)');
    const sha = repo.git('rev-parse', 'HEAD');
    const link = `[\`${sha.slice(0, 7)}\`](https://gitlab.com/acme/tools/app/-/commit/${sha})`;
    expect(out).toContain(`- a word (#4) (${link}, Carl)`);
    expect(out).toContain('/-/compare/v1.0.0...v1.1.0');
  });

  it('is asked for accounts, descriptions and sources, and then is known offline', async () => {
    const { repo } = onGitLab();
    const server = await fakeGitLab();
    server.mergeRequests.set(5, { author: 'old.hand' });
    server.mergeRequests.set(12, {
      author: 'jo.doe',
      description: 'Reworks !5, which went stale.',
    });
    server.mergeRequests.set(13, { author: 'bea.b' });
    const [first] = repo.git('log', '--format=%H', '--author=Jo').split('\n');
    server.commits.set(first!, { email: 'jo@x.example', username: 'jo.doe' });
    const base = ['--repo', repo.dir, '--api-url', server.apiUrl, '--cache-dir', tempDir()];
    const notes = `${repo.dir}/notes.md`;
    repo.write('notes.md', '# v1\n\n## Contributors\n\n- @jo.doe\n- @bea.b\n- Carl\n');
    const ran = await run('contributor-audit', [...base, '--release-file', notes], {
      GITLAB_TOKEN: 'glpat-made-up',
    });
    expect(ran.out).toContain('Missing in the notes: 1');
    expect(ran.out).toContain('@old.hand  source author 1');
    expect(ran.out).toContain(
      '!12 “Reworks !5, which went stale.” (!5 is by this person (GitLab))',
    );
    expect(ran.code).toBe(1);
    expect(
      server.requests.every((each) => each.headers.authorization === 'Bearer glpat-made-up'),
    ).toBe(true);
    const asked = server.requests.length;
    const again = await run('contributor-audit', [...base, '--offline', '--release-file', notes]);
    expect(again.out).toContain('@old.hand  source author 1');
    expect(server.requests).toHaveLength(asked);
  });

  it('is mended by --fix in notes and AUTHOR_MAP, and a second run changes nothing', async () => {
    const { repo } = onGitLab();
    const server = await fakeGitLab();
    for (const iid of [12, 13]) server.mergeRequests.set(iid, { author: 'bea.b' });
    const [first] = repo.git('log', '--format=%H', '--author=Jo').split('\n');
    server.commits.set(first!, { email: 'jo@x.example', username: 'jo.doe_x' });
    const notes = `${repo.dir}/notes.md`;
    repo.write(
      'notes.md',
      '# v1\n\n## Contributors\n\n- [Bea](https://gitlab.com/bea.b)\n- @gone.by\n',
    );
    const base = ['--repo', repo.dir, '--api-url', server.apiUrl, '--cache-dir', tempDir()];
    const fix = () => run('contributor-audit', [...base, '--release-file', notes, '--fix']);
    expect((await fix()).code).toBe(0);
    const text = readFileSync(notes, 'utf8');
    expect(text).toContain('- @jo.doe_x (1 commit)\n');
    expect(text).not.toContain('gone.by');
    const map = readFileSync(`${repo.dir}/release-notes/authors.yaml`, 'utf8');
    expect(map).toContain('jo.doe_x');
    expect((await fix()).err).not.toContain('wrote');
    expect(readFileSync(notes, 'utf8')).toBe(text);
    const offline = await run('contributor-audit', [...base, '--offline', '--release-file', notes]);
    expect(offline.code).toBe(0);
  });

  it('is released there, and again after the network was gone', async () => {
    const { repo, remote } = onGitLab();
    const server = await fakeGitLab();
    for (const iid of [12, 13]) server.mergeRequests.set(iid, { author: 'bea.b' });
    const args = ['--repo', repo.dir, '--api-url', server.apiUrl, '--cache-dir', tempDir()];
    const publish = () =>
      run('release', [...args, '--publish', ...VERSION], { GITLAB_TOKEN: 'glpat-made-up' });
    server.trouble = ({ path }) => (path.includes('/releases') ? 'hang up' : undefined);
    const gone = await publish();
    expect(gone).toMatchObject({ code: 1 });
    expect(gone.err).toContain('v1.1.0 is pushed, but its release could not be written');
    server.trouble = () => undefined;
    expect((await publish()).err).toContain(
      `created ${server.url}/acme/tools/app/-/releases/v1.1.0`,
    );
    expect(server.releases.get('v1.1.0')!.description).toContain('- @bea.b');
    expect((await publish()).err).toContain('the release is there');
    expect(repo.git('--git-dir', remote, 'tag', '-l')).toContain('v1.1.0');
  });

  it('is not released without a token, which is said before anything is done', async () => {
    const { repo } = onGitLab();
    const offline = ['--repo', repo.dir, '--offline', '--publish', ...VERSION];
    const ran = await run('release', offline);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('needs a token in GITLAB_TOKEN or GL_TOKEN');
    repo.git('remote', 'set-url', 'origin', 'https://gitlab.gnome.org/acme/app');
    const other = await run('release', offline, { GITLAB_TOKEN: 'of gitlab.com' });
    expect(other.err).toContain('--forge gitlab on the command line, so that it may be sent to');
    expect(repo.git('tag', '-l')).toBe('v1.0.0');
  });

  it('has the branches of merge requests in clones that fetch them', async () => {
    const { repo } = onGitLab();
    repo.git('checkout', '-q', '--detach', 'v1.0.0');
    const sha = repo.commit('an old try', 'Old Hand <old@x.example>');
    repo.git('checkout', '-q', 'main');
    repo.git('update-ref', 'refs/merge-requests/5/head', sha);
    // A pull request of the mirror on GitHub has the number as well.
    const other = repo.commit('else', 'Eve <eve@x.example>');
    repo.git('update-ref', 'refs/pull/5/head', other);
    repo.git('reset', '-q', '--hard', 'HEAD~1');
    repo.commit('fix: again\n\nReworks !5, which went stale.');
    const { out } = await run('contributor-audit', ['--repo', repo.dir, '--offline']);
    expect(out).toContain('Old Hand <old@x.example>  source author 1');
    expect(out).not.toContain('Eve');
  });
});

describe('a history of Forgejo', () => {
  const onForgejo = () =>
    history('ssh://git@codeberg.org/acme/app.git', (repo) => {
      merged(
        repo,
        "Merge pull request 'feat(queue): keep order' (#12) from jo_doe/app:order into main\n\nReviewed-on: https://codeberg.org/acme/app/pulls/12",
        () => repo.commit('first try', 'Jo Doe <jo@x.example>'),
      );
      repo.commit(
        'fix: stop twice (#13)\n\nReviewed-on: https://codeberg.org/acme/app/pulls/13\nCo-authored-by: Bea <bea@noreply.codeberg.org>',
      );
    });

  it('is read offline in its own words', async () => {
    const { repo } = onForgejo();
    const { out } = await run('release', ['--repo', repo.dir, '--offline', ...VERSION]);
    expect(out).toContain('- **queue**: keep order (#12, Jo Doe)');
    expect(out).toContain('- stop twice (#13, Ada Maker, @bea)');
    expect(out).toContain('https://codeberg.org/acme/app/compare/v1.0.0...v1.1.0');
  });

  it('is asked, and its draft is published', async () => {
    const { repo } = onForgejo();
    const server = await fakeForgejo();
    server.pulls.set(5, { login: 'old.hand' });
    server.pulls.set(12, { login: 'jo_doe', body: 'Salvages #5.' });
    server.pulls.set(13, { login: 'ada' });
    const [first] = repo.git('log', '--format=%H', '--author=Jo').split('\n');
    server.commits.set(first!, { email: 'jo@x.example', login: 'jo_doe' });
    server.releases.set('v1.1.0', { id: 3, body: 'to do', draft: true });
    const args = ['--repo', repo.dir, '--api-url', server.apiUrl, '--cache-dir', tempDir()];
    const token = { FORGEJO_TOKEN: 'made-up' };
    const notes = await run('release', [...args, ...VERSION], token);
    expect(notes.out).toContain('- **queue**: keep order (#12, @jo_doe, @old.hand)');
    const ran = await run('release', [...args, '--publish', ...VERSION], token);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toContain(`published the draft ${server.url}/acme/app/releases/tag/v1.1.0`);
    expect(server.releases.get('v1.1.0')).toMatchObject({ id: 3, draft: false });
    expect(server.requests.every((each) => each.headers.authorization === 'token made-up')).toBe(
      true,
    );
  });
});

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
