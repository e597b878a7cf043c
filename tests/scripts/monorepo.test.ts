import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../harness/temp.ts';
import { fakeGitHub } from './forge/github-server.ts';
import { auditJson, makeRepo, type Repo, run } from './support.ts';

const ADA = 'Ada Maker <1+ada@users.noreply.github.com>';
const BO = 'Bo Ny <2+bo@users.noreply.github.com>';
const CY = 'Cy Li <3+cy@users.noreply.github.com>';
const DI = 'Di Wu <4+di@users.noreply.github.com>';

let texts = 0;
function change(repo: Repo, path: string, message: string, by = ADA, text?: string): void {
  mkdirSync(join(repo.dir, dirname(path)), { recursive: true });
  texts += 1;
  repo.write(path, text ?? `${texts}\n`);
  repo.git('add', '-A');
  repo.commit(message, by);
}

/** Two packages that are released apart, with tags of Go's and of npm's manner. */
function monorepo(): Repo {
  const repo = makeRepo();
  change(repo, 'packages/cli/package.json', 'begin cli', ADA, '{"name": "@acme/cli"}');
  change(repo, 'packages/core/a.ts', 'begin core', BO);
  repo.git('tag', '@acme/cli@1.0.0');
  repo.git('tag', 'packages/core/v1.0.0');
  change(repo, 'packages/cli/a.ts', 'feat: a flag', CY);
  repo.git('tag', '@acme/cli@1.1.0');
  change(repo, 'packages/core/a.ts', 'fix: order', DI);
  repo.git('tag', 'packages/core/v1.0.1');
  change(repo, 'packages/cli/a.ts', 'feat: another flag', DI);
  return repo;
}

describe('--path', () => {
  it('counts only the commits that touch it, as git does, and the people of those', async () => {
    const repo = monorepo();
    const since = ['--since-tag', '@acme/cli@1.0.0'];
    const cli = await auditJson(repo, ...since, '--path', join(repo.dir, 'packages/cli'));
    expect(cli.ids.sort()).toEqual(['@cy', '@di']);
    expect(cli.report.commits).toBe(
      Number(repo.git('rev-list', '--count', '@acme/cli@1.0.0..HEAD', '--', 'packages/cli')),
    );
    const both = [join(repo.dir, 'packages/cli'), join(repo.dir, 'packages/core')];
    expect((await auditJson(repo, ...since, '--path', ...both)).report.commits).toBe(3);
    const all = await auditJson(repo, ...since, '--path', repo.dir);
    expect(all.report.commits, 'the top is no limit').toBe(3);
  });
  it('is read from the folder of --repo, also where that lies below the top', async () => {
    const repo = monorepo();
    const where = ['--repo', join(repo.dir, 'packages'), '--offline', '--path', 'core/'];
    const ran = await run('contributor-audit', [...where, '--since-tag', '@acme/cli@1.0.0']);
    expect(ran.out).toContain('in packages/core: 1 commit, 1 without merges, 1 person');
  });
  it('marks who is new within it', async () => {
    const repo = monorepo();
    const notes = ['--repo', repo.dir, '--offline', '--path', join(repo.dir, 'packages/cli')];
    const { out } = await run('release', [...notes, '--since-tag', '@acme/cli@1.1.0']);
    expect(out, 'Di has worked on core before').toContain(
      '- @di (1 commit) 🎉 first contribution\n',
    );
  });
  it('reads what a merge says of what it landed, where git leaves the merge itself out', async () => {
    const repo = monorepo();
    repo.git('tag', 'start');
    repo.git('checkout', '-q', '-b', 'side');
    change(repo, 'packages/cli/b.ts', 'draft', CY);
    change(repo, 'packages/core/b.ts', 'another draft', BO);
    repo.git('checkout', '-q', 'main');
    change(repo, 'packages/core/c.ts', 'fix: meanwhile', BO);
    const message =
      'Merge pull request #12 from cy/side\n\nfeat: two flags\n\nSalvages #7 by @eve.';
    repo.git('merge', '-q', '--no-ff', '-m', message, 'side');
    const path = ['--since-tag', 'start', '--path', join(repo.dir, 'packages/cli')];
    const counted = Number(repo.git('rev-list', '--count', 'start..HEAD', '--', 'packages/cli'));
    const { report, ids } = await auditJson(repo, ...path);
    expect({ counted, commits: report.commits }).toEqual({ counted: 1, commits: 1 });
    expect(ids.sort()).toEqual(['@cy', '@eve']);
    const notes = await run('release', ['--repo', repo.dir, '--offline', ...path]);
    expect(notes.out).toContain('- two flags (#12, @cy, @eve)');
  });
  it('reads the descriptions of the pull requests that landed within it, and of no others', async () => {
    const repo = monorepo();
    repo.git('tag', 'start');
    for (const [number, path] of [
      [12, 'packages/cli/b.ts'],
      [13, 'packages/core/b.ts'],
    ] as const) {
      repo.git('checkout', '-q', '-b', `side-${number}`, 'start');
      change(repo, path, 'draft', CY);
      repo.git('checkout', '-q', 'main');
      const message = `Merge pull request #${number} from cy/side\n\nfeat: two flags`;
      repo.git('merge', '-q', '--no-ff', '-m', message, `side-${number}`);
    }
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'cy', body: 'Salvages #7.' });
    github.pulls.set(13, { login: 'cy', body: 'Salvages #8.' });
    github.pulls.set(7, { login: 'eve' });
    github.pulls.set(8, { login: 'fay' });
    const { code, out } = await run(
      'contributor-audit',
      [
        ...['--repo', repo.dir, '--github', 'acme/app', '--api-url', github.url],
        ...['--cache-dir', tempDir(), '--since-tag', 'start'],
        ...['--path', join(repo.dir, 'packages/cli')],
      ],
      { GITHUB_TOKEN: 'made-up' },
    );
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('@eve') });
    expect(out).not.toContain('@fay');
  });
  it('of a package that nothing happened to has empty notes; a mistyped one is an error', async () => {
    const repo = monorepo();
    const path = (each: string) => ['--path', join(repo.dir, each)];
    const range = ['--repo', repo.dir, '--offline', '--since-tag', '@acme/cli@1.1.0'];
    const calm = await run('release', [
      ...[...range, '--until', 'packages/core/v1.0.1'],
      ...path('packages/cli'),
    ]);
    expect(calm).toMatchObject({ code: 0, out: '# packages/core/v1.0.1 (2026-01-01)\n' });
    const wrong = async (each: string) => run('contributor-audit', [...range, ...path(each)]);
    expect(await wrong('packages/clo')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is called packages/clo'),
    });
    expect(await wrong('../x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('outside of the repository'),
    });
    repo.git('rm', '-q', '-r', 'packages/core');
    repo.commit('chore: core is gone', DI);
    expect((await wrong('packages/core')).code, 'what was there at the start is known').toBe(0);
  });
});

describe('publishing packages one by one', () => {
  it('tags each by its own name, goes on where it stopped, and leaves alone what has not changed', async () => {
    const repo = monorepo();
    const remote = tempDir('sluice-remote-');
    repo.git('init', '-q', '--bare', '-b', 'main', remote);
    repo.git('remote', 'add', 'origin', remote);
    repo.git('config', 'user.name', 'Ada Maker');
    repo.git('config', 'user.email', '1+ada@users.noreply.github.com');
    change(repo, 'packages/core/a.ts', 'fix: more', BO);
    const publish = (each: string) =>
      run('release', [
        ...['--repo', repo.dir, '--offline', '--publish', '--bump', 'minor'],
        ...['--path', join(repo.dir, each)],
      ]);
    expect((await publish('packages/cli')).code).toBe(0);
    expect((await publish('packages/cli')).err).toContain('exists already; going on from there');
    expect((await publish('packages/core')).code).toBe(0);
    const again = await publish('packages/cli');
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('nothing to release') });
    expect(repo.git('--git-dir', remote, 'tag').split('\n')).toEqual([
      '@acme/cli@1.2.0',
      'packages/core/v1.1.0',
    ]);
    const notes = repo.git('show', 'packages/core/v1.1.0:release-notes/packages-core-v1.1.0.md');
    expect(notes).toContain('- @bo (1 commit)');
    expect(notes).not.toContain('@di');
  });
});

describe('the previous tag of a package', () => {
  const sinceOf = async (repo: Repo, ...args: string[]) => {
    const { out } = await run('contributor-audit', ['--repo', repo.dir, '--offline', ...args]);
    return out.split('..')[0];
  };
  it('is found by the name in its package.json, its path, or its folder', async () => {
    const repo = monorepo();
    const path = (each: string) => ['--path', join(repo.dir, each)];
    expect(await sinceOf(repo)).toBe('packages/core/v1.0.1');
    expect(await sinceOf(repo, ...path('packages/cli'))).toBe('@acme/cli@1.1.0');
    expect(await sinceOf(repo, ...path('packages/core'))).toBe('packages/core/v1.0.1');
    repo.git('tag', 'core-v2.0.0', '@acme/cli@1.0.0');
    expect(await sinceOf(repo, ...path('packages/core')), 'of several names the newest tag').toBe(
      'packages/core/v1.0.1',
    );
    repo.git('tag', '-d', 'packages/core/v1.0.0', 'packages/core/v1.0.1');
    expect(await sinceOf(repo, ...path('packages/core'))).toBe('core-v2.0.0');
  });
  it.each([
    ['Cargo.toml', '[package]\nname = "acme-mill"\n', 'acme-mill-1.0.0'],
    ['pyproject.toml', '[project]\nname = "acme-mill"\n', 'acme-mill==1.0.0'],
    ['a.py', 'x = 1\n', 'themill==1.0.0'],
  ])('is found by the name in %s, with hyphens or without', async (file, text, tag) => {
    const repo = monorepo();
    change(repo, `libs/the-mill/${file}`, 'begin mill', ADA, text);
    repo.git('tag', tag);
    change(repo, 'packages/cli/a.ts', 'feat: more');
    repo.git('tag', '@acme/cli@1.2.0');
    change(repo, 'libs/the-mill/b', 'fix: carry');
    expect(await sinceOf(repo, '--path', join(repo.dir, 'libs/the-mill'))).toBe(tag);
  });
  it('is found by --tag-format or that of release.yaml, and by the tag that a range ends in', async () => {
    const repo = monorepo();
    expect(await sinceOf(repo, '--tag-format', '@acme/cli@{version}')).toBe('@acme/cli@1.1.0');
    expect(await sinceOf(repo, '--until', '@acme/cli@1.1.0')).toBe('@acme/cli@1.0.0');
    repo.write('release.yaml', 'tag-format: packages/core/v{version}\n');
    expect(await sinceOf(repo)).toBe('packages/core/v1.0.1');
    expect(await sinceOf(repo, '--until', 'packages/core/v1.0.1')).toBe('packages/core/v1.0.0');
    expect(await sinceOf(repo, '--tag-format', 'new-{version}'), 'its first release').toBe(
      'the beginning',
    );
    expect(await run('release', ['--repo', repo.dir, '--tag-format', 'v'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--tag-format must be a name with {version} in it once'),
    });
  });
  it('tells how the next one is called; a first release has to say it', async () => {
    const repo = monorepo();
    const notes = ['--repo', repo.dir, '--offline', '--bump', 'minor', '--path'];
    const titles = [];
    for (const each of ['packages/cli', 'packages/core']) {
      const { out } = await run('release', [...notes, join(repo.dir, each)]);
      titles.push(out.split(' (')[0]);
    }
    expect(titles).toEqual(['# @acme/cli@1.2.0', '# packages/core/v1.1.0']);
    change(repo, 'packages/new/a.ts', 'begin', BO);
    const first = [...notes, join(repo.dir, 'packages/new')];
    expect(await run('release', first)).toMatchObject({
      code: 2,
      err: expect.stringContaining('say it with --tag-format'),
    });
    const named = await run('release', [...first, '--tag-format', 'new@{version}']);
    expect(named.out).toMatch(/^# new@0\.1\.0 .*- begin.*- @bo \(1 commit\)\n$/s);
  });
  it('is that of the whole project where no tag names a package', async () => {
    const repo = makeRepo();
    change(repo, 'packages/cli/a.ts', 'begin');
    repo.git('tag', 'v1.0.0');
    change(repo, 'packages/cli/a.ts', 'fix: order');
    const cli = ['--path', join(repo.dir, 'packages/cli')];
    expect(await sinceOf(repo, ...cli)).toBe('v1.0.0');
    repo.git('tag', 'other@1.0.0', 'HEAD~1');
    repo.git('tag', 'more@1.0.0', 'HEAD~1');
    expect(await sinceOf(repo, ...cli)).toBe('v1.0.0');
    repo.git('tag', '-d', 'v1.0.0');
    const { out, err } = await run('contributor-audit', [
      ...['--repo', repo.dir, '--offline'],
      ...cli,
    ]);
    expect(out, "others' packages are none of it").toMatch(/^the beginning\.\./);
    expect(err).toContain('no earlier tag names the package in packages/cli: the range begins');
  });
});
