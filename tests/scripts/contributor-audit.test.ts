import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../harness/temp.ts';
import { fakeGitHub } from './forge/github-server.ts';
import { makeRepo, type Repo, run, runProcess } from './support.ts';

/** Arguments against the local GitHub. */
function online(repo: Repo, url: string, cache = tempDir()): string[] {
  return ['--repo', repo.dir, '--github', 'acme/app', '--api-url', url, '--cache-dir', cache];
}
const TOKEN = { GITHUB_TOKEN: 'made-up-token' };
const ADA = 'Ada Maker <1+ada@users.noreply.github.com>';

function began(): Repo {
  const repo = makeRepo();
  mkdirSync(join(repo.dir, 'release-notes'));
  repo.write(
    'release-notes/authors.yaml',
    'authors:\n  # seen in #7\n  nico-q:\n    addresses: [nico@old.example]\n',
  );
  repo.commit('chore: begin', ADA);
  repo.git('tag', 'v1');
  repo.commit('feat: keep the queue (#12)', ADA);
  repo.write('notes.md', '# v2\n\nWords by hand.  \n\n## Contributors\n\n* @ada\n\nBye.\n');
  return repo;
}

describe('the case it began with', () => {
  it('reports the author of a salvaged pull request named only in a description, and --fix credits them', async () => {
    const repo = began();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada', body: 'Salvages #7, which went stale.' });
    github.pulls.set(7, { login: 'nico-q', body: '' });
    const args = [
      ...online(repo, github.url),
      '--since-tag',
      'v1',
      '--release-file',
      join(repo.dir, 'notes.md'),
    ];
    const first = await run('contributor-audit', args, TOKEN);
    expect(first.code).toBe(1);
    expect(first.out).toContain('@nico-q');
    expect(first.out).toContain('Salvages #7, which went stale.');

    const before = readFileSync(join(repo.dir, 'notes.md'), 'utf8');
    expect((await run('contributor-audit', [...args, '--fix'], TOKEN)).code).toBe(0);
    const after = readFileSync(join(repo.dir, 'notes.md'), 'utf8');
    expect(after).toBe(before.replace('* @ada\n', '* @ada\n* @nico-q (original author of 1)\n'));
    expect((await run('contributor-audit', [...args, '--fix'], TOKEN)).code).toBe(0);
    expect(readFileSync(join(repo.dir, 'notes.md'), 'utf8')).toBe(after);

    const asked = github.requests.length;
    const offline = await run('contributor-audit', [...args, '--offline']);
    expect(offline.code).toBe(0);
    expect(github.requests).toHaveLength(asked);
  });
  it("finds the same author offline by the pull request's own branch and the AUTHOR_MAP", async () => {
    const repo = began();
    const tip = repo.commit('queue draft', 'Nico <nico@old.example>');
    repo.git('update-ref', 'refs/pull/7/head', tip);
    repo.git('reset', '-q', '--hard', 'HEAD~1');
    repo.commit('fix: order (salvage #7)', ADA);
    repo.write('notes.md', '## Contributors\n\n- @ada\n');
    const ran = await run('contributor-audit', [
      '--repo',
      repo.dir,
      '--offline',
      '--since-tag',
      'v1',
      '--release-file',
      join(repo.dir, 'notes.md'),
    ]);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/@nico-q {2}source author 1/);
  });
});

describe('exit codes', () => {
  it('is 0 when everyone is named, 1 when somebody is not or is listed without a credit', async () => {
    const repo = began();
    const file = join(repo.dir, 'notes.md');
    const args = ['--repo', repo.dir, '--offline', '--since-tag', 'v1', '--release-file', file];
    expect((await run('contributor-audit', args)).code).toBe(0);
    repo.write('notes.md', '## Contributors\n\n- @ada\n- @nobody-here\n');
    const unearned = await run('contributor-audit', args);
    expect(unearned.code).toBe(1);
    expect(unearned.out).toContain('@nobody-here (line 4)');
    repo.write('notes.md', '## Contributors\n\nnobody, `@ada`, tadaa@adaa\n');
    expect((await run('contributor-audit', args)).out).toContain('Missing in the notes: 1');
  });
  it('reports a full name in the list without a credit, and --fix takes it out', async () => {
    const repo = began();
    const file = join(repo.dir, 'notes.md');
    const args = ['--repo', repo.dir, '--offline', '--since-tag', 'v1', '--release-file', file];
    repo.write('notes.md', '## Contributors\n\n- @ada\n- Una Earned (2 commits)\n- the testers\n');
    const found = await run('contributor-audit', args);
    expect(found.code).toBe(1);
    expect(found.out).toContain('Una Earned (line 4)');
    expect((await run('contributor-audit', [...args, '--fix'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('## Contributors\n\n- @ada\n- the testers\n');
  });
  it('is the exit code of a process too', async () => {
    const repo = began();
    const args = ['--repo', repo.dir, '--offline', '--since-tag', 'v1'];
    const notes = ['--release-file', join(repo.dir, 'notes.md')];
    const codes = [(await runProcess('contributor-audit', [...args, ...notes])).code];
    repo.write('notes.md', '## Contributors\n');
    codes.push((await runProcess('contributor-audit', [...args, ...notes])).code);
    codes.push((await runProcess('contributor-audit', ['--relase-file', 'x'])).code);
    expect(codes).toEqual([0, 1, 2]);
  });
  it.each([
    ['a mistyped tag', ['--since-tag', 'v0.9.typo'], 'no such revision: v0.9.typo'],
    [
      'an absent notes file',
      ['--release-file', '/nonexistent/notes.md'],
      "can't read the release notes",
    ],
    ['an unknown option', ['--relase-file', 'x'], "unknown option '--relase-file'"],
    ['a wait that is no number', ['--max-wait', 'soon'], '--max-wait must be a number of seconds'],
    ['a repository without owner', ['--github', 'app'], '--github must be owner/name'],
    ['a range the wrong way round', ['--since-tag', 'HEAD', '--until', 'v1'], 'the two swapped?'],
    ['no address', ['--api-url', 'nowhere'], '--api-url must be an address'],
    ['no repository', ['--repo', '/'], 'is not a git repository'],
  ])('is 2 for %s', async (_what, args, message) => {
    const repo = began();
    const ran = await run('contributor-audit', ['--repo', repo.dir, '--offline', ...args]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(message);
  });
  it('is 2 when the author of a source is needed and nothing names them, and 2 wins over 1', async () => {
    const repo = began();
    repo.commit('fix: order (salvage #70)', 'Zed <9+zed@users.noreply.github.com>');
    const ran = await run('contributor-audit', [
      '--repo',
      repo.dir,
      '--offline',
      '--release-file',
      join(repo.dir, 'notes.md'),
    ]);
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('source pull request #70');
    expect(ran.out).toContain('Missing in the notes: 1');
    repo.write('prs.json', '{"70": "zed"}');
    const told = await run('contributor-audit', [
      '--repo',
      repo.dir,
      '--offline',
      '--prs',
      join(repo.dir, 'prs.json'),
    ]);
    expect(told.code).toBe(0);
  });
  it("is not 2 for another project's pull request that is linked, where the clone has no remote", async () => {
    const repo = began();
    repo.commit(
      'fix: ports\n\nBased on https://github.com/elsewhere/kit/pull/136, which has the errors.',
      ADA,
    );
    const args = ['--repo', repo.dir, '--since-tag', 'v1', '--offline'];
    const without = await run('contributor-audit', args);
    expect(without.code).toBe(0);
    expect(without.out).toContain('1 message names a pull request by its address');
    const there = await run('contributor-audit', [...args, '--github', 'elsewhere/kit']);
    expect(there.code).toBe(2);
    expect(there.out).toContain('#136');
  });

  it('is 2 without a network, and says what could not be had', async () => {
    const repo = began();
    const ran = await run('contributor-audit', online(repo, 'http://127.0.0.1:9'), TOKEN);
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('descriptions of pull requests were not read (#12)');
  });
  it('is 1 with --strict where an address has no login', async () => {
    const repo = makeRepo();
    repo.commit('a', 'Jo <jo@x.example>');
    expect((await run('contributor-audit', ['--repo', repo.dir, '--offline'])).code).toBe(0);
    expect(
      (await run('contributor-audit', ['--repo', repo.dir, '--offline', '--strict'])).code,
    ).toBe(1);
  });
});

describe('GitHub', () => {
  it('tries again after two 500s', async () => {
    const repo = began();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada' });
    github.trouble = (_request, count) => (count <= 2 ? { status: 500 } : undefined);
    expect((await run('contributor-audit', online(repo, github.url), TOKEN)).code).toBe(0);
    expect(github.requests.length).toBeGreaterThanOrEqual(3);
  });
  it('waits a secondary rate limit out, and says so', async () => {
    const repo = began();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada' });
    const body = { message: 'You have exceeded a secondary rate limit. Please wait.' };
    github.trouble = (_request, count) =>
      count === 1 ? { status: 403, headers: { 'retry-after': '1' }, body } : undefined;
    const ran = await run('contributor-audit', online(repo, github.url), TOKEN);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('secondary rate limit: waiting 1 s');
  });
  it('gives up on a rate limit that lasts too long, and is incomplete', async () => {
    const repo = began();
    const github = await fakeGitHub();
    const reset = `${Math.floor(Date.now() / 1000) + 3600}`;
    github.trouble = () => ({
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
      body: { message: 'API rate limit exceeded for user ID 1.' },
    });
    const ran = await run('contributor-audit', online(repo, github.url), TOKEN);
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('rate limit');
  });
  it('tells of a source that was deleted since, without crediting anybody', async () => {
    const repo = began();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada', body: 'Salvaged from #999.' });
    const ran = await run(
      'contributor-audit',
      [...online(repo, github.url), '--release-file', join(repo.dir, 'notes.md')],
      TOKEN,
    );
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('#999 (not on the forge any more)');
  });
  it('takes the number of an issue for no source', async () => {
    const repo = began();
    const github = await fakeGitHub();
    github.issues.add(5);
    github.pulls.set(12, { login: 'ada', body: 'Based on #5.' });
    expect((await run('contributor-audit', online(repo, github.url), TOKEN)).code).toBe(0);
  });
  it('follows a chain of salvages', async () => {
    const repo = began();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada', body: 'Carries #7.' });
    github.pulls.set(7, { login: 'bea', body: 'Takes over #5 from the original author.' });
    github.pulls.set(5, { login: 'cyd' });
    const ran = await run('contributor-audit', online(repo, github.url), TOKEN);
    expect(ran.out).toMatch(/@bea {2}source author 1/);
    expect(ran.out).toMatch(/@cyd {2}source author 1/);
    const notes = await run('release', online(repo, github.url), TOKEN);
    expect(notes.out, 'the line of the change names the whole chain').toMatch(
      /keep the queue \(.*#12.*@ada, @bea, @cyd\)/,
    );
  });
  it('reports both where the text and the number name different people', async () => {
    const repo = began();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada', body: 'Salvages #7 by @bea.' });
    github.pulls.set(7, { login: 'cyd' });
    const ran = await run('contributor-audit', online(repo, github.url), TOKEN);
    expect(ran.out).toContain('the text names @bea');
    expect(ran.out).toContain('@cyd');
  });
  it('works without a token by single requests, and sends none', async () => {
    const repo = began();
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada', body: 'Salvages #7.' });
    github.pulls.set(7, { login: 'cyd' });
    const ran = await run('contributor-audit', online(repo, github.url));
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('@cyd');
    expect(github.requests.every((each) => each.headers.authorization === undefined)).toBe(true);
  });
  it('asks for one address only once, and --fix keeps the answer in the AUTHOR_MAP', async () => {
    const repo = began();
    repo.commit('x', 'Lou <lou@x.example>');
    const github = await fakeGitHub();
    github.pulls.set(12, { login: 'ada' });
    github.accounts.set('lou@x.example', 'lou-lou');
    const ran = await run('contributor-audit', [...online(repo, github.url), '--fix'], TOKEN);
    expect(ran.out).toContain('@lou-lou');
    const map = readFileSync(join(repo.dir, 'release-notes/authors.yaml'), 'utf8');
    expect(map).toContain('# seen in #7');
    expect(map).toContain('lou@x.example');
    expect((await run('contributor-audit', ['--repo', repo.dir, '--offline'])).out).toContain(
      '@lou-lou',
    );
  });
});

describe('reports', () => {
  it("annotates in GitHub's workflow commands", async () => {
    const repo = began();
    repo.write('notes.md', '## Contributors\n');
    const ran = await run('contributor-audit', [
      '--repo',
      repo.dir,
      '--offline',
      '--release-file',
      join(repo.dir, 'notes.md'),
      '--format',
      'github',
    ]);
    expect(ran.out).toMatch(
      /^::error file=.*,line=1,title=Contributor missing::@ada \(author 1\)/m,
    );
  });
  it('explains why somebody is credited, left out, or unknown', async () => {
    const repo = began();
    repo.commit('x\n\nCo-authored-by: Claude <noreply@anthropic.com>', ADA);
    const explain = async (who: string) =>
      (await run('contributor-audit', ['--repo', repo.dir, '--offline', '--explain', who])).out;
    expect(await explain('ada')).toContain("noreply address with the account's number");
    expect(await explain('Claude')).toContain('is on the list');
    expect(await explain('zoe')).toContain('zoe is not credited');
  });
  it('writes a page of its own in which names are text', async () => {
    const repo = began();
    repo.commit('<script>alert(1)</script>', 'Eve "<b>" <eve@x.example>'.replace('<b>', '&b'));
    const page = join(repo.dir, 'page.html');
    await run('contributor-audit', ['--repo', repo.dir, '--offline', '--html', page]);
    const html = readFileSync(page, 'utf8');
    expect(html).not.toContain('<script>alert');
    expect(html).not.toMatch(/src=|https:\/\/cdn/);
  });
  it('lets nothing that a commit says steer the terminal, or become Markdown or a mention in notes', async () => {
    const repo = makeRepo();
    repo.commit('begin', ADA);
    repo.git('tag', 'v1');
    const esc = '\u001b';
    repo.commit(
      [
        `feat: ${esc}]0;title\u0007${esc}[2J ${'x'.repeat(5000)}`,
        '',
        `Co-authored-by: E${esc}[31mve \u202egnp.exe <e${esc}@x.example>`,
        'Co-authored-by: @ada, really <b@x.example>',
        'Co-authored-by: <c@x.example>',
        'Co-authored-by: D <1+[x](http://y.example)@users.noreply.github.com>',
        `Salvages #7 by @f${esc}[0m.`,
      ].join('\n'),
      `M${esc}[1mal <m@x.example>`,
    );
    const range = ['--repo', repo.dir, '--offline', '--since-tag', 'v1'];
    const said = [await run('contributor-audit', [...range, '--verbose', '--show-filtered'])];
    said.push(await run('contributor-audit', [...range, '--format', 'github']));
    said.push(await run('contributor-audit', [...range, '--explain', 'e@x.example']));
    const notes = await run('release', range);
    said.push(notes);
    for (const { out, err } of said)
      expect((out + err).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    repo.write('notes.md', notes.out);
    const audited = ['--release-file', join(repo.dir, 'notes.md')];
    expect(await run('contributor-audit', [...range, ...audited, '--quiet'])).toMatchObject({
      code: 0,
      out: '',
    });
  });
});
