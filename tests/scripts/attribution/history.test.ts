import { describe, expect, it } from 'vitest';
import { parseRecords, readHistory } from '../../../scripts/attribution/history.ts';
import { tempDir } from '../../harness/temp.ts';
import { auditJson, makeRepo, type Repo, run } from '../support.ts';

async function readAll(repo: Repo) {
  const found = [];
  for await (const commits of readHistory(repo.dir, ['HEAD'])) found.push(...commits);
  return found;
}

describe('reading history', () => {
  it('counts what git counts, with merges, octopus merges, and empty and huge messages', async () => {
    const repo = makeRepo();
    repo.commit('root');
    for (const branch of ['a', 'b', 'c']) {
      repo.git('checkout', '-q', '-b', branch, 'main');
      repo.commit(`work on ${branch}`, `${branch} | "x"\tTab <${branch}@x.example>`);
    }
    repo.git('checkout', '-q', 'main');
    repo.git('merge', '-q', '--no-ff', '-m', 'octopus', 'a', 'b', 'c');
    repo.commit('');
    repo.commit(`big\n\n${'x'.repeat(100_000)}\n`);
    repo.commit('crlf\r\n\r\nCo-authored-by: Cara <cara@x.example>\r\n');
    const { report } = await auditJson(repo);
    expect(report.commits).toBe(Number(repo.git('rev-list', '--count', 'HEAD')));
    expect(report.authored).toBe(Number(repo.git('rev-list', '--count', '--no-merges', 'HEAD')));
    const shortlog = repo.git(
      'shortlog',
      '-se',
      '--no-merges',
      '--group=author',
      '--group=trailer:co-authored-by',
      'HEAD',
    );
    expect(report.people).toHaveLength(shortlog.split('\n').length);
  });

  it('counts a commit whose message holds a NUL, grafts, replaced commits and a root beside the root', async () => {
    const repo = makeRepo();
    const root = repo.commit('root');
    repo.commit('two');
    const three = repo.commit('three', 'Cy <cy@x.example>');
    repo.git('replace', '--graft', three, root);
    const tree = repo.git('rev-parse', 'HEAD^{tree}');
    const raw = Buffer.from(
      `tree ${tree}\nparent ${three}\nauthor Di <di@x.example> 1767225600 +0000\ncommitter Di <di@x.example> 1767225600 +0000\n\nnul\0Co-authored-by: No <no@x.example>\n`,
    );
    const nul = repo.gitWith(
      { input: raw },
      'hash-object',
      '-t',
      'commit',
      '-w',
      '--literally',
      '--stdin',
    );
    repo.git('update-ref', 'refs/heads/main', nul);
    repo.git('checkout', '-q', '--orphan', 'other');
    repo.commit('another root', 'Ed <ed@x.example>');
    repo.git('merge', '-q', '--allow-unrelated-histories', '-m', 'join', 'main');
    const { report } = await auditJson(repo);
    expect(report.commits).toBe(Number(repo.git('rev-list', '--count', 'HEAD')));
    expect(report.authored).toBe(Number(repo.git('rev-list', '--count', '--no-merges', 'HEAD')));
    expect(report.people.map((each) => each.name).sort()).toEqual(['Ada Maker', 'Cy', 'Di', 'Ed']);
  });

  it('keeps names with |, tabs and quotes whole', async () => {
    const repo = makeRepo();
    repo.commit('x', 'Al | "The\tTab" O\'Neil <al@x.example>');
    expect((await readAll(repo))[0]!.author.name).toBe('Al | "The\tTab" O\'Neil');
  });

  it('decodes Latin-1 commits', async () => {
    const repo = makeRepo();
    repo.git('config', 'i18n.commitEncoding', 'ISO-8859-1');
    repo.gitWith(
      { input: Buffer.from('Stra\u00dfe', 'latin1') },
      'commit',
      '-q',
      '--allow-empty',
      '-F',
      '-',
    );
    expect((await readAll(repo))[0]!.message.trim()).toBe('Straße');
  });

  it('reads records that chunks cut anywhere, inside a character too', async () => {
    const bytes = Buffer.from(`${'a'.repeat(40)}\0\0Zoë\0z@x\0Zoë\0z@x\0subject ü\n\n\x01\x02||\0`);
    async function* bitten() {
      for (const byte of bytes) yield Buffer.from([byte]);
    }
    const found = [];
    for await (const commits of parseRecords(bitten())) found.push(...commits);
    expect(found).toHaveLength(1);
    expect(found[0]!.author.name).toBe('Zoë');
    expect(found[0]!.message).toBe('subject ü\n\n\x01\x02||');
  });

  it('refuses output that ends inside a record', async () => {
    async function* cut() {
      yield Buffer.from('abc\0def\0');
    }
    await expect(async () => {
      for await (const _ of parseRecords(cut())) void _;
    }).rejects.toThrow('ended inside a record');
  });

  it('reads bare repositories and linked work trees alike', async () => {
    const repo = makeRepo();
    repo.commit('one');
    repo.commit('two');
    const bare = tempDir();
    repo.git('clone', '-q', '--bare', repo.dir, bare);
    const tree = `${tempDir()}/tree`;
    repo.git('worktree', 'add', '-q', '--detach', tree);
    for (const dir of [bare, tree]) {
      expect((await auditJson({ ...repo, dir })).report.commits).toBe(2);
    }
  });

  it('refuses a range that runs into the cut of a shallow clone, and takes one that does not', async () => {
    const repo = makeRepo();
    repo.commit('one');
    repo.commit('two');
    repo.git('tag', 'v1');
    repo.commit('three');
    const shallow = tempDir();
    repo.git('clone', '-q', '--depth', '2', `file://${repo.dir}`, shallow);
    const ran = await run('contributor-audit', [
      '--repo',
      shallow,
      '--offline',
      '--since-tag',
      'HEAD~1',
    ]);
    expect(ran.code).toBe(0);
    const cut = await run('contributor-audit', [
      '--repo',
      shallow,
      '--offline',
      '--until',
      'HEAD~1',
    ]);
    expect(cut.code).toBe(2);
    expect(cut.err).toContain('git fetch --unshallow');
  });

  it('begins at the newest tag by ancestry, whatever its name, and ignores tags elsewhere', async () => {
    const repo = makeRepo();
    repo.commit('one');
    repo.git('tag', 'v9.0.0');
    repo.commit('two');
    repo.git('tag', 'v2026.4.8');
    repo.git('checkout', '-q', '-b', 'side', 'v9.0.0');
    repo.commit('elsewhere');
    repo.git('tag', 'v99.0.0');
    repo.git('checkout', '-q', 'main');
    repo.commit('three');
    expect((await run('contributor-audit', ['--repo', repo.dir, '--offline'])).out).toContain(
      'v2026.4.8..HEAD: 1 commit,',
    );
  });

  it('begins with the first commit where there is no tag', async () => {
    const repo = makeRepo();
    repo.commit('one');
    expect((await run('contributor-audit', ['--repo', repo.dir, '--offline'])).out).toContain(
      'the beginning..HEAD: 1 commit,',
    );
  });
});
