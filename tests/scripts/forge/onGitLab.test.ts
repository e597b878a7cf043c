import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../harness/temp.ts';
import { run, runProcess } from '../support.ts';
import { fakeGitLab } from './gitlab-server.ts';
import { history, merged, VERSION } from './histories.ts';

describe('a history of GitLab', () => {
  const onGitLab = (origin = 'git@gitlab.com:acme/tools/app.git') =>
    history(origin, (repo) => {
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

  it.each([
    ['before the release was written', false],
    ['when it was written and nobody had said so', true],
  ])('is released once by a run after one that was killed %s', async (_when, written) => {
    const { repo, remote } = onGitLab();
    const server = await fakeGitLab();
    for (const iid of [12, 13]) server.mergeRequests.set(iid, { author: 'bea.b' });
    const args = ['--repo', repo.dir, '--api-url', server.apiUrl, '--cache-dir', tempDir()];
    const publish = (signal?: AbortSignal) =>
      runProcess(
        'release',
        [...args, '--publish', ...VERSION],
        { GITLAB_TOKEN: 'made-up' },
        signal,
      );
    const kill = new AbortController();
    server.trouble = ({ method, path, body }) => {
      if (method !== 'POST' || !path.endsWith('/releases')) return undefined;
      if (written) server.releases.set('v1.1.0', JSON.parse(body));
      kill.abort();
      return 'hang up';
    };
    expect((await publish(kill.signal)).code).toBeNull();
    server.trouble = () => undefined;
    const again = await publish();
    expect(again).toMatchObject({ code: 0 });
    expect(again.err).toContain(written ? 'the release is there' : 'created ');
    expect(server.releases.get('v1.1.0')!.description).toContain('- @bea.b');
    expect(repo.git('--git-dir', remote, 'log', '-1', '--format=%s', 'main')).toBe(
      'chore(release): v1.1.0',
    );
  });

  it('is released by a CI job with what the job is given, and nothing configured', async () => {
    const { repo } = onGitLab('https://gitlab-ci-token:job-1@gl.example/acme/tools/app.git');
    const server = await fakeGitLab();
    for (const iid of [12, 13]) server.mergeRequests.set(iid, { author: 'bea.b' });
    const job = {
      CI_SERVER_HOST: 'gl.example',
      CI_API_V4_URL: server.apiUrl,
      CI_JOB_TOKEN: 'job-1',
    };
    const ran = await run('release', ['--repo', repo.dir, '--publish', ...VERSION], job);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toContain('created ');
    const created = server.requests.find(({ path }) => path.endsWith('/releases'));
    expect(created!.headers['job-token']).toBe('job-1');
    expect(server.releases.get('v1.1.0')!.description).toContain(
      'https://gl.example/acme/tools/app/-/compare/v1.0.0...v1.1.0',
    );
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
