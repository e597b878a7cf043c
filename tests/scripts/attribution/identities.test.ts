import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAuthorMap } from '../../../scripts/attribution/author-map.ts';
import { addToAuthorMap } from '../../../scripts/attribution/author-map-edit.ts';
import { auditJson, makeRepo, run } from '../support.ts';

const withMap = (text: string) => {
  const repo = makeRepo();
  mkdirSync(join(repo.dir, 'release-notes'));
  repo.write('release-notes/authors.yaml', text);
  return repo;
};

describe('identities', () => {
  it('joins one address whatever its case', async () => {
    const repo = makeRepo();
    repo.commit('a', 'Mo <mo@x.example>');
    repo.commit('b', 'Mo <MO@X.example>');
    expect((await auditJson(repo)).ids).toHaveLength(1);
  });
  it('joins a renamed account by its number, under the name seen last', async () => {
    const repo = makeRepo();
    repo.commit('a', 'Mo <77+oldmo@users.noreply.github.com>');
    repo.commit('b', 'Mo <77+newmo@users.noreply.github.com>');
    const { ids, report } = await auditJson(repo);
    expect(ids).toEqual(['@newmo']);
    expect(report.people[0]!.joins.map((join) => join.reason).join()).toContain(
      'GitHub account 77',
    );
  });
  it('joins two addresses by the AUTHOR_MAP, and says so', async () => {
    const repo = withMap('authors:\n  mo-l:\n    addresses: [mo@x.example, mo@y.example]\n');
    repo.commit('a', 'Mo <mo@x.example>');
    repo.commit('b', 'Maurice <mo@y.example>');
    const { ids, report } = await auditJson(repo);
    expect(ids).toEqual(['@mo-l']);
    expect(report.people[0]!.joins.every((join) => join.reason.startsWith('AUTHOR_MAP'))).toBe(
      true,
    );
  });
  it('finds the AUTHOR_MAP from a folder inside the repository too', async () => {
    const repo = withMap('authors:\n  mo-l:\n    addresses: [mo@x.example]\n');
    repo.commit('a', 'Mo <mo@x.example>');
    mkdirSync(join(repo.dir, 'deep/er'), { recursive: true });
    const { ids } = await auditJson({ ...repo, dir: join(repo.dir, 'deep/er') });
    expect(ids).toEqual(['@mo-l']);
  });
  it('parts one address of two people by .mailmap, in trailers as well', async () => {
    const repo = makeRepo();
    repo.write(
      '.mailmap',
      'Ann <ann@x.example> Ann <desk@x.example>\nBob <bob@x.example> Bob <desk@x.example>\n',
    );
    repo.commit('a', 'Ann <desk@x.example>');
    repo.commit('b\n\nCo-authored-by: Bob <desk@x.example>', 'Ann <desk@x.example>');
    expect((await auditJson(repo)).ids).toEqual(['Ann <ann@x.example>', 'Bob <bob@x.example>']);
  });
  it('never joins by a display name, and tells of it', async () => {
    const repo = makeRepo();
    repo.commit('a', 'Jo Li <jo@x.example>');
    repo.commit('b', 'Jo Li <jo@y.example>');
    const { report } = await auditJson(repo);
    expect(report.people).toHaveLength(2);
    expect(report.people[0]!.remarks.join()).toContain('the same name as');
  });
  it('shows homoglyphs without joining them, and takes turning marks out of names', async () => {
    const repo = makeRepo();
    repo.commit('a', 'Anna <a@x.example>');
    repo.commit('b', '\u0410nna <b@x.example>');
    repo.commit('c', '\u202eדנה\u202c <c@x.example>');
    const { report } = await auditJson(repo);
    expect(report.people).toHaveLength(3);
    expect(report.people[0]!.remarks.join()).toContain('looks like');
    expect(report.people.map((each) => each.name)).toContain('דנה');
  });
  it('takes the name that an author writes below their own work for themselves', async () => {
    const repo = makeRepo();
    repo.commit('fix: x\n\nBased on work by @jo-l.', 'jo-l <jo@x.example>');
    repo.commit('fix: y\n\nBased on work by @kim-b.', 'jo-l <jo@x.example>');
    expect((await auditJson(repo)).ids).toEqual(['jo-l <jo@x.example>', '@kim-b']);
  });
  it('marks a plain noreply address as weak: anybody can write it', async () => {
    const repo = makeRepo();
    repo.commit('a', 'Mallory <victim@users.noreply.github.com>');
    const { report } = await auditJson(repo);
    expect(report.people[0]!.joins[0]!.weak).toBe(true);
    expect(report.people[0]!.remarks.join()).toContain('anybody can write');
  });
  it('takes a co-author trailer without an address as a login, and never a name with spaces', async () => {
    const repo = makeRepo();
    repo.commit('a\n\nCo-authored-by: kim9\nco-Authored-By: Kim Nine');
    expect((await auditJson(repo)).ids).toEqual(expect.arrayContaining(['@kim9', 'Kim Nine']));
  });
  it('reads an address whose closing bracket is missing', async () => {
    const repo = makeRepo();
    repo.commit(
      'a\n\nCo-authored-by: Kim Nine <kim@x.example\nCo-authored-by: Crush <crush@charm.land',
    );
    const { ids, report } = await auditJson(repo);
    expect(ids).toContain('Kim Nine <kim@x.example>');
    expect(report.filtered).toHaveLength(1);
  });
  it('leaves the three assistants it began with out, and keeps the human named Claude', async () => {
    const repo = makeRepo();
    repo.commit(
      [
        'feat: x',
        '',
        'Co-Authored-By: Claude Opus <noreply@anthropic.com>',
        'Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>',
        'Co-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>',
        'Co-authored-by: Cursor Agent <cursoragent@cursor.com>',
        'Co-authored-by: Claude Opus 4.6 (1M context)',
        'Co-authored-by: Claude Paroz <claude@paroz.example>',
        'Co-authored-by: Julien Talbot <jt@bot.example>',
        'Co-authored-by: Jane <jane@openai.com>',
        'Co-authored-by: Ada (aider) <ada@home.example>',
      ].join('\n'),
    );
    const { ids, report } = await auditJson(repo);
    expect(ids).toHaveLength(4);
    expect(ids.join()).toContain('Claude Paroz');
    expect(report.filtered.map((each) => each.ident.email)).toHaveLength(5);
  });
});

describe('who helped without writing', () => {
  it('is left out unless asked for, and then stands apart', async () => {
    const repo = makeRepo();
    repo.commit(
      'fix: x\n\nReported-by: Rae Lin <rae@x.example>\nReviewed-by: Sol <8+sol@users.noreply.github.com>\nBisected-by: Tim Ode <tim@x.example>',
    );
    expect((await auditJson(repo)).ids).toHaveLength(1);
    const { ids, report } = await auditJson(repo, '--helpers');
    expect(ids).toHaveLength(1);
    expect(report.helpers.map((each) => [each.id, each.credits[0]!.role]).sort()).toEqual([
      ['@sol', 'reviewer'],
      ['Rae Lin <rae@x.example>', 'reporter'],
      ['Tim Ode <tim@x.example>', 'diagnosis'],
    ]);
  });
});

describe('the AUTHOR_MAP', () => {
  it.each([
    [
      'authors:\n  a: {addresses: [x@y.z]}\n  b: {addresses: [X@y.z]}\n',
      /:3: .*under b and under a/,
    ],
    ['authors:\n  a: {adresses: [x@y.z]}\n', /:2: unknown key "adresses"/],
    ['authors:\n  a: {addresses: [x@y.z]}\n  a: {addresses: [y@y.z]}\n', /:3: /],
    ['humans: {}\n', /:1: unknown key "humans"/],
    ['authors:\n  "no login": {}\n', /:2: /],
  ])('names the line of a mistake: %j', async (text, message) => {
    await expect(parseAuthorMap(text, 'authors.yaml')).rejects.toThrow(message);
  });
  it('stops the audit with exit 2', async () => {
    const repo = withMap('nonsense: 1\n');
    repo.commit('a');
    expect((await run('contributor-audit', ['--repo', repo.dir, '--offline'])).code).toBe(2);
  });
  it('keeps comments and order when an address is added, and twice changes nothing', async () => {
    const before =
      '# who is who\nauthors:\n  # first\n  zed:\n    addresses:\n      - z@x.example\n  abe:\n    addresses: [a@x.example]\nignore: []\n';
    const once = await addToAuthorMap(before, [{ login: 'zed', address: 'z2@x.example' }]);
    expect(once).toBe(before.replace('- z@x.example\n', '- z@x.example\n      - z2@x.example\n'));
    expect(await addToAuthorMap(once, [{ login: 'Zed', address: 'Z2@x.example' }])).toBe(once);
  });
});

describe('release.yaml', () => {
  it.each([
    ['repository: x', ':1: repository must be "owner/name"'],
    ['# here\nrepo: a/b', ':2: unknown key "repo"'],
    ['assistants:\n  emails: [x@y.example]', ':2: unknown key "emails" in assistants'],
    ['assistants:\n  logins: x', ':2: logins of assistants must be a list of text'],
    ['api-url: nowhere', ':1: api-url must be an address'],
    ['notes: ../elsewhere', ':1: notes must be a folder inside the repository'],
    ['tag-format: v1', ':1: tag-format must contain {version}'],
    ['a: [', ':2: Flow sequence'],
    ['authors: absent.yaml', ': there is no file absent.yaml'],
    ['remote: nobody', ': there is no remote "nobody"'],
  ])('names what is wrong in %j, and where', async (text, message) => {
    const repo = makeRepo();
    repo.write('release.yaml', `${text}\n`);
    repo.commit('a');
    const ran = await run('contributor-audit', ['--repo', repo.dir, '--offline']);
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(`release.yaml${message}`) });
  });
  it('that is a folder stops the command with exit 2 and no stack', async () => {
    const repo = makeRepo();
    mkdirSync(join(repo.dir, 'release.yaml'));
    const ran = await run('contributor-audit', ['--repo', repo.dir, '--offline']);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err.split('\n')).toHaveLength(2);
  });
});
