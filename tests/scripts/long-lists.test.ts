import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeRepo, type Repo, run } from './support.ts';

/** A range in which twelve people made something, of whom the notes name nobody. */
function crowded(): Repo {
  const repo = makeRepo();
  repo.git('remote', 'add', 'origin', 'https://github.com/acme/app.git');
  repo.commit('begin');
  repo.git('tag', 'v1');
  for (const name of ['Una', 'Bea', 'Cyd', 'Dee', 'Eve'])
    repo.commit(`fix: ${name}`, `${name} Ny <${name}@home.example>`);
  for (const [id, login] of ['fay', 'gus', 'hal'].entries())
    repo.commit(`fix: ${login}`, `${login} <${id}+${login}@users.noreply.github.com>`);
  repo.commit('fix: twice', 'Una Ny <una@work.example>');
  const trailers = ['Co-authored-by: Ida Li <ida@home.example>', 'Co-authored-by: Jo Li Wu'];
  repo.commit(
    `fix: more (salvages #7 by @kim)\n\n${trailers.join('\n')}`,
    'Una Ny <una@work.example>',
  );
  repo.write('notes.md', '## Contributors\n\n- @nobody-here\n');
  return repo;
}
const audit = (repo: Repo, ...args: string[]) =>
  run('contributor-audit', [
    ...['--repo', repo.dir, '--since-tag', 'v1', '--release-file', join(repo.dir, 'notes.md')],
    ...args,
  ]);

const FOUND = [
  '12 people are missing in the notes: 9 authors, 2 co-authors, 1 source author.',
  '8 of them have no known login: 7 by an address that names no account by itself (GitHub was not asked), 1 by a trailer without an address, 2 of all share their name with somebody else here, who may be the same.',
  "1 entry of the notes' list has no credit.",
];

describe('a report with a long list', () => {
  it('begins with what there is by role, who has no login and why, and the commands that mend it', async () => {
    const repo = crowded();
    const { out } = await audit(repo, '--offline');
    const lines = out.split('\n');
    const end = lines.indexOf('Missing in the notes: 12');
    const command = `sluice-contributor-audit --repo ${repo.dir} --since-tag v1 --release-file ${repo.dir}/notes.md --fix`;
    expect(lines.slice(1, end)).toEqual([
      '',
      ...FOUND,
      '',
      `  ${command}`,
      '    asks GitHub whose those 7 addresses are, keeps the answers in the AUTHOR_MAP, then adds who is missing to the notes, and takes out who has no credit',
      '',
      `  ${command} --offline`,
      "    asks nobody: adds all 12 to the notes' contributor section, as they are known here, and takes out who has no credit",
      '',
      'A login that GitHub does not know goes into the AUTHOR_MAP: the line for it stands below each identity; --import-authors FILE takes a map that you have.',
      '',
    ]);
    expect(
      lines
        .slice(end)
        .filter((line) => /^ {2}\S.* (?:author|co-author|source author) \d/.test(line)),
    ).toHaveLength(12);
  });
  it('names a command that does what it says', async () => {
    const repo = crowded();
    const { out } = await audit(repo, '--offline');
    const command = out.split('\n').find((line) => line.endsWith('--fix --offline'))!;
    const [, ...words] = command.trim().split(' ');
    expect((await run('contributor-audit', words)).code).toBe(0);
    expect(readFileSync(join(repo.dir, 'notes.md'), 'utf8').match(/^- /gm)).toHaveLength(12);
  });
  it('names it with all that says which range and whose answers, as a shell takes it', async () => {
    const repo = crowded();
    repo.git('tag', "it's");
    const { out } = await run('contributor-audit', [
      ...['--repo', repo.dir, '--offline', '--since-tag', 'v1', '--until', "it's", '--path', '.'],
      ...['--github', 'acme/app', '--api-url', 'http://127.0.0.1:9', '--merges', '--strict'],
      ...['--release-file', join(repo.dir, 'notes.md')],
    ]);
    expect(out).toContain(
      `--until 'it'\\''s' --path . --github acme/app --api-url http://127.0.0.1:9 --release-file ${repo.dir}/notes.md --merges --fix\n`,
    );
  });
  it('has the same in Markdown and on the page, with the list below it', async () => {
    const repo = crowded();
    const page = join(repo.dir, 'page.html');
    const { out } = await audit(repo, '--offline', '--format', 'markdown', '--html', page);
    for (const each of FOUND) expect(out).toContain(`- ${each}`);
    expect(out).toMatch(/\n {4}sluice-contributor-audit .*--fix\n/);
    expect(out).toMatch(/<details><summary>Who, and why<\/summary>\n\n\| who .*\n<\/details>/s);
    const html = readFileSync(page, 'utf8');
    expect(html.indexOf('12 people are missing')).toBeGreaterThan(0);
    expect(html.indexOf('12 people are missing')).toBeLessThan(
      html.indexOf('Missing in the notes ('),
    );
    expect(html).toMatch(/<code>sluice-contributor-audit [^<]*--fix<\/code>/);
  });
  it('as annotations says it in the first of the ten that GitHub shows, and the others in the log', async () => {
    const repo = crowded();
    repo.commit('fix: x', '::error::Mal <mal@home.example>');
    const { out } = await audit(repo, '--offline', '--format', 'github');
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^::error file=.*,line=1,title=Contributors::13 people are missing .*%0A/,
    );
    const of = (kind: string) => lines.filter((line) => line.startsWith(`::${kind} `));
    expect(of('error')).toHaveLength(10);
    expect(of('warning').length).toBeLessThanOrEqual(10);
    const group = lines.findIndex((line) => line.startsWith('::group::'));
    expect(lines[group]).toBe('::group::5 more');
    const token = /^::stop-commands::(\S+)$/.exec(lines[group + 1]!)![1];
    expect(lines.slice(-2)).toEqual([`::${token}::`, '::endgroup::']);
    const rest = lines.slice(group + 2, -2);
    expect(rest).toHaveLength(5);
    expect(
      [...of('error'), ...rest].filter((line) => /Contributor missing/.test(line)),
    ).toHaveLength(13);
  });
  it('says how many may be machines', async () => {
    const repo = crowded();
    repo.commit('fix: x', 'Jo Agent <jo-agent@users.noreply.github.com>');
    const { out } = await audit(repo, '--offline');
    expect(out).toContain('1 of all may be a machine, and counts until the AUTHOR_MAP decides.\n');
  });
  it('is as short as ever where the list is', async () => {
    const repo = makeRepo();
    repo.commit('begin');
    repo.write('notes.md', '## Contributors\n');
    const args = ['--repo', repo.dir, '--offline', '--release-file', join(repo.dir, 'notes.md')];
    const { out } = await run('contributor-audit', args);
    expect(out).toContain('Missing in the notes: 1');
    expect(out).not.toContain('is missing in the notes:');
  });
  it('of people without a login alone tells why, and asks for no notes', async () => {
    const repo = crowded();
    for (const name of ['Lea', 'Max', 'Nia']) repo.commit('x', `${name} Wu <${name}@home.example>`);
    const { out } = await run('contributor-audit', [
      '--repo',
      repo.dir,
      '--offline',
      '--since-tag',
      'v1',
    ]);
    expect(out).toContain('11 people have no known login: 10 by an address');
    expect(out).toContain(' --since-tag v1 --fix\n    asks GitHub whose those 10 addresses are');
    expect(out).not.toContain('adds ');
  });
});
