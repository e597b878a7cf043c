import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../harness/temp.ts';
import { fakeGitHub } from './forge/github-server.ts';
import { makeRepo, type Repo, run } from './support.ts';

const ADA = 'Ada Maker <1+ada@users.noreply.github.com>';
const VERSION = ['--version', '1.1.0', '--date', '2026-02-03'];

/** A repository with a real bare remote. */
function withRemote(): { repo: Repo; remote: string } {
  const repo = makeRepo();
  const remote = tempDir('sluice-remote-');
  repo.git('init', '-q', '--bare', '-b', 'main', remote);
  repo.git('remote', 'add', 'origin', remote);
  repo.git('config', 'user.name', 'Ada Maker');
  repo.git('config', 'user.email', '1+ada@users.noreply.github.com');
  repo.commit('chore: begin', ADA);
  repo.git('tag', 'v1.0.0');
  repo.commit(
    'feat(queue): keep order (#12)\n\nCo-authored-by: Bo <2+bo@users.noreply.github.com>',
    ADA,
  );
  repo.git('push', '-q', 'origin', 'main', 'v1.0.0');
  return { repo, remote };
}
const publishLocally = (repo: Repo) =>
  run('release', ['--repo', repo.dir, '--offline', '--publish', ...VERSION]);

describe('release', () => {
  it('prints the notes, with everyone of each line and first contributions marked, and writes nothing', async () => {
    const { repo } = withRemote();
    const ran = await run('release', [
      '--repo',
      repo.dir,
      '--offline',
      '--bump',
      'minor',
      '--date',
      '2026-02-03',
    ]);
    expect(ran.out).toBe(
      '# v1.1.0 (2026-02-03)\n\n## Features\n\n- **queue**: keep order (#12, @ada, @bo)\n\n## Contributors\n\n- @ada (1 commit)\n- @bo (co-author of 1) 🎉 first contribution\n',
    );
    expect(repo.git('status', '--porcelain')).toBe('');
  });
});

describe('the notes of a range that was released', () => {
  it('have the name and date of its tag, one line for a merged pull request, and tell of namesakes', async () => {
    const repo = makeRepo();
    repo.commit('begin', 'Jo Li <jo@old.example>');
    repo.git('tag', 'v1');
    repo.git('checkout', '-q', '-b', 'queue');
    repo.commit('draft', 'Jo Li <jo@new.example>');
    repo.commit('feat: respond to review', 'Una Ny <una@x.example>');
    repo.git('checkout', '-q', 'main');
    repo.commit('fix: by hand', 'Jo Li <jo@old.example>');
    const merge = 'Merge pull request #12 from jo/queue\n\nKeep the order of a queue';
    repo.git('merge', '-q', '--no-ff', '-m', merge, 'queue');
    repo.commit('chore(release): v2', 'Jo Li <jo@old.example>');
    repo.git('tag', 'v2');
    repo.commit('feat: later');
    const github = ['--github', 'acme/app', '--offline'];
    const range = ['--since-tag', 'v1', '--until', 'v2'];
    const ran = await run('release', ['--repo', repo.dir, ...github, ...range]);
    expect(ran.out).toBe(
      [
        '# v2 (2026-01-01)\n\n## Fixes\n',
        `- by hand ([\`SHA\`](https://github.com/acme/app/commit/SHA), Jo Li)\n`,
        '## Other changes\n',
        '- Keep the order of a queue (#12, Jo Li, Una Ny)\n',
        '## Contributors\n',
        '- Jo Li (2 commits)\n- Jo Li (1 commit)\n- Una Ny (1 commit) 🎉 first contribution\n',
        '---\n\nFull history: https://github.com/acme/app/compare/v1...v2\n',
      ]
        .join('\n')
        .replace('SHA', repo.git('rev-parse', 'main~2^1').slice(0, 7))
        .replace('SHA', repo.git('rev-parse', 'main~2^1')),
    );
    expect(ran.err).toContain('LOGIN: { addresses: [jo@old.example, jo@new.example] }');
  });
});

describe('publishing', () => {
  it('commits, tags and pushes at once, and a second run changes nothing', async () => {
    const { repo, remote } = withRemote();
    expect(await publishLocally(repo)).toMatchObject({ code: 0 });
    const tagged = repo.git('--git-dir', remote, 'rev-parse', 'v1.1.0^{commit}');
    expect(tagged).toBe(repo.git('rev-parse', 'HEAD'));
    expect(repo.git('--git-dir', remote, 'show', 'v1.1.0:release-notes/v1.1.0.md')).toContain(
      '- @bo',
    );
    expect((await publishLocally(repo)).code).toBe(0);
    expect(repo.git('rev-parse', 'HEAD')).toBe(tagged);
  });
  it('undoes commit and tag when the push is rejected, and the next run finishes', async () => {
    const { repo, remote } = withRemote();
    const hook = join(remote, 'hooks/pre-receive');
    repo.git('config', 'core.hooksPath', '/nonexistent');
    writeFileSync(hook, '#!/bin/sh\nexit 1\n');
    chmodSync(hook, 0o755);
    const before = repo.git('rev-parse', 'HEAD');
    const ran = await publishLocally(repo);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('nothing stands');
    expect(repo.git('rev-parse', 'HEAD')).toBe(before);
    expect(repo.git('tag', '-l', 'v1.1.0')).toBe('');
    expect(existsSync(join(repo.dir, 'release-notes/v1.1.0.md'))).toBe(false);
    rmSync(hook);
    expect((await publishLocally(repo)).code).toBe(0);
  });
  it('refuses before anything is done, and finishes once the cause is gone', async () => {
    const { repo, remote } = withRemote();
    const head = repo.git('rev-parse', 'HEAD');
    const causes: [string, () => void, () => void][] = [
      [
        'the work tree has changes (stray.txt',
        () => repo.write('stray.txt', 'x'),
        () => rmSync(join(repo.dir, 'stray.txt')),
      ],
      [
        'HEAD is detached',
        () => repo.git('checkout', '-q', '--detach'),
        () => repo.git('checkout', '-q', 'main'),
      ],
      [
        'the tag v1.1.0 exists at',
        () => repo.git('tag', 'v1.1.0', 'v1.0.0'),
        () => repo.git('tag', '-d', 'v1.1.0'),
      ],
      [
        'has a tag v1.1.0 already',
        () => repo.git('push', '-q', 'origin', 'v1.0.0:refs/tags/v1.1.0'),
        () => repo.git('push', '-q', 'origin', ':refs/tags/v1.1.0'),
      ],
      [
        'the audit does not pass, nothing was done',
        () => repo.commit('fix: order (salvage #70)', ADA),
        () => repo.git('reset', '-q', '--hard', head),
      ],
      [
        "can't be reached",
        () => repo.git('remote', 'set-url', 'origin', '/nonexistent'),
        () => repo.git('remote', 'set-url', 'origin', remote),
      ],
    ];
    for (const [message, spoil, mend] of causes) {
      spoil();
      const at = repo.git('rev-parse', 'HEAD');
      const ran = await publishLocally(repo);
      expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(message) });
      expect(repo.git('rev-parse', 'HEAD')).toBe(at);
      expect(existsSync(join(repo.dir, 'release-notes'))).toBe(false);
      mend();
    }
    expect(await publishLocally(repo)).toMatchObject({ code: 0 });
    expect(repo.git('--git-dir', remote, 'tag', '-l', 'v1.1.0')).toBe('v1.1.0');
  });
  it('undoes what it did when the branch has moved on at the remote', async () => {
    const { repo, remote } = withRemote();
    const before = repo.git('rev-parse', 'HEAD');
    repo.commit('fix: by another', ADA);
    repo.git('push', '-q', 'origin', 'main');
    repo.git('reset', '-q', '--hard', before);
    const ran = await publishLocally(repo);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('the push was rejected; the commit and the tag are undone');
    expect(repo.git('status', '--porcelain', '--branch')).toBe('## main');
    repo.git('pull', '-q', '--ff-only', 'origin', 'main');
    expect((await publishLocally(repo)).code).toBe(0);
    const shown = repo.git('--git-dir', remote, 'show', 'v1.1.0:release-notes/v1.1.0.md');
    expect(shown).toContain('by another');
  });
  it('undoes what it did when a hook refuses the commit', async () => {
    const { repo } = withRemote();
    const hook = join(repo.dir, '.git/hooks/pre-commit');
    writeFileSync(hook, '#!/bin/sh\necho error: not today >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const ran = await publishLocally(repo);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/nothing stands.*not today/);
    expect(repo.git('status', '--porcelain')).toBe('');
    rmSync(hook);
    expect((await publishLocally(repo)).code).toBe(0);
  });
  it('goes on after it was killed between the commit and the tag', async () => {
    const { repo, remote } = withRemote();
    await publishLocally(repo);
    const head = repo.git('rev-parse', 'HEAD');
    // What a run that was killed there leaves behind.
    repo.git('tag', '-d', 'v1.1.0');
    repo.git('push', '-q', '--force', 'origin', 'v1.0.0^{commit}:refs/heads/main', ':v1.1.0');
    const ran = await publishLocally(repo);
    expect(ran.err).toContain('the commit of v1.1.0 exists already; going on from there');
    expect(repo.git('--git-dir', remote, 'rev-parse', 'main', 'v1.1.0^{commit}')).toBe(
      `${head}\n${head}`,
    );
  });
  it('goes on after it was killed between the tag and the push', async () => {
    const { repo, remote } = withRemote();
    // What a run that was killed there leaves behind.
    await publishLocally(repo);
    repo.git('--git-dir', remote, 'tag', '-d', 'v1.1.0');
    repo.git('--git-dir', remote, 'update-ref', 'refs/heads/main', 'v1.0.0^{commit}');
    const head = repo.git('rev-parse', 'HEAD');
    const ran = await publishLocally(repo);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('v1.1.0 exists already; going on from there');
    expect(repo.git('--git-dir', remote, 'rev-parse', 'main', 'v1.1.0^{commit}')).toBe(
      `${head}\n${head}`,
    );
  });
  it('needs a token before anything is done', async () => {
    const { repo } = withRemote();
    const ran = await run('release', [
      '--repo',
      repo.dir,
      '--github',
      'acme/app',
      '--api-url',
      'http://127.0.0.1:9',
      '--publish',
      ...VERSION,
    ]);
    expect(ran.code).toBe(2);
    expect(repo.git('tag', '-l', 'v1.1.0')).toBe('');
  });
  it('finishes the release when the network was gone after the push, and updates one that exists', async () => {
    const { repo } = withRemote();
    const [github, cache] = [await fakeGitHub(), tempDir()];
    github.pulls.set(12, { login: 'ada' });
    const online = (url: string) =>
      run(
        'release',
        [
          ...['--repo', repo.dir, '--github', 'acme/app', '--api-url', url],
          ...['--cache-dir', cache, '--publish', ...VERSION],
        ],
        { GITHUB_TOKEN: 'made-up' },
      );
    github.trouble = (request) => (request.path.includes('/releases') ? 'hang up' : undefined);
    const gone = await online(github.url);
    expect(gone.code).toBe(1);
    expect(gone.err).toContain('v1.1.0 is pushed, but its release could not be written');
    github.trouble = () => undefined;
    github.releases.set('v1.1.0', { id: 1, body: 'written by hand meanwhile' });
    const again = await online(github.url);
    expect(again.code).toBe(0);
    expect(again.err).toContain('updated ');
    expect(github.releases.get('v1.1.0')!.body).toContain('## Contributors');
  });
  it('publishes the draft that somebody prepared, wherever it is in the list', async () => {
    const { repo } = withRemote();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada' });
    github.releases.set('v1.1.0', { id: 7, body: 'to do', draft: true });
    for (let id = 100; id < 250; id += 1) github.releases.set(`v0.${id}`, { id, body: '' });
    const options = ['--github', 'acme/app', '--api-url', github.url, '--cache-dir', tempDir()];
    const args = ['--repo', repo.dir, ...options, '--publish', ...VERSION];
    const ran = await run('release', args, { GITHUB_TOKEN: 'made-up' });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toContain('published the draft ');
    expect(github.releases.get('v1.1.0')).toMatchObject({ id: 7, draft: false });
    expect(github.releases.get('v1.1.0')!.body).toContain('- @bo');
  });
  it('tells what stands when GitHub fails after the push, and the next run writes the release', async () => {
    const { repo } = withRemote();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada' });
    github.trouble = (request) =>
      request.path.includes('/releases') ? { status: 422 } : undefined;
    const args = [
      '--repo',
      repo.dir,
      '--github',
      'acme/app',
      '--api-url',
      github.url,
      '--cache-dir',
      tempDir(),
      '--publish',
      ...VERSION,
    ];
    const first = await run('release', args, { GITHUB_TOKEN: 'made-up' });
    expect(first.code).toBe(1);
    expect(first.err).toContain('v1.1.0 is pushed, but its release could not be written');
    github.trouble = () => undefined;
    expect((await run('release', args, { GITHUB_TOKEN: 'made-up' })).code).toBe(0);
    expect(github.releases.get('v1.1.0')!.body).toContain('- @bo');
    expect((await run('release', args, { GITHUB_TOKEN: 'made-up' })).err).toContain(
      'the release is there',
    );
  });
});
