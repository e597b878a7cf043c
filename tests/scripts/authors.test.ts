import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeRepo, type Repo, run } from './support.ts';

const OWN = `# ours
authors:
  # she began it
  ada:
    addresses: [ada@home.example]   # at home
  bo-ny:
    names: [Bo Ny]

ignore: [build@x.example]
`;

function began(): Repo {
  const repo = makeRepo();
  repo.commit('begin', 'Ada Maker <ada@home.example>');
  repo.commit('fix: order', 'Bo Ny <bo@home.example>');
  repo.commit('fix: more', 'Cy Li <cy@home.example>');
  mkdirSync(join(repo.dir, 'release-notes'));
  return repo;
}
const audit = (repo: Repo, ...args: string[]) =>
  run('contributor-audit', ['--repo', repo.dir, '--offline', ...args]);

describe('--import-authors', () => {
  const importing = (repo: Repo, name = 'release.py') =>
    run('contributor-audit', ['--repo', repo.dir, '--import-authors', join(repo.dir, name)]);
  const ownOf = (repo: Repo) => readFileSync(join(repo.dir, 'release-notes/authors.yaml'), 'utf8');

  it('adds to the AUTHOR_MAP what it does not have, keeps all that is there, and twice changes nothing', async () => {
    const repo = began();
    repo.write('release-notes/authors.yaml', OWN);
    const map = [
      'AUTHOR_MAP = {',
      '    "bo@home.example": "bo-ny",  # PR #7',
      '    "ADA@home.example": "Ada",',
      '    "7+cy@users.noreply.github.com": "cy",',
      '    "cy@home.example": "cy",',
      '}',
    ];
    repo.write('release.py', map.join('\n'));
    const ran = await importing(repo);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('added 2 addresses of 2 logins, 2 known already.');
    const after = ownOf(repo);
    const lines = OWN.split('\n');
    expect(lines.filter((line) => !after.includes(line))).toEqual([]);
    expect(after.split('\n').filter((line) => !lines.includes(line))).toEqual([
      '    addresses:',
      '      - bo@home.example',
      '    note: "PR #7"',
      '  cy:',
      '    addresses:',
      '      - cy@home.example',
    ]);
    expect((await importing(repo)).out).toContain('nothing to add');
    expect(ownOf(repo)).toBe(after);
    expect((await audit(repo)).out).toMatch(/@bo-ny.*@cy/s);
  });
  it('names what is said in two ways with both places and values, and takes neither', async () => {
    const repo = began();
    repo.write('release-notes/authors.yaml', OWN);
    const map = [
      'MAP = {',
      '  "ada@home.example": "somebody",',
      '  "bo@home.example": "bo-ny",',
      '  "cy@home.example": "one",',
      '  "cy@home.example": "two",',
      '  "build@x.example": "builder",',
      '  "di@home.example": None,',
      '}',
    ];
    repo.write('release.py', map.join('\n'));
    const { code, out } = await importing(repo);
    const file = join(repo.dir, 'release.py');
    const own = join(repo.dir, 'release-notes/authors.yaml');
    expect(code).toBe(1);
    expect(out.split('\n').slice(1)).toEqual([
      `${own}: added 1 address of 1 login, 0 known already.`,
      '',
      'Said in two ways, and left out; decide which is true: 3',
      `  ${file}:5: cy@home.example is two here, and one in ${file}:4`,
      `  ${file}:2: ada@home.example is somebody here, and ada in ${own}:5`,
      `  ${file}:6: build@x.example is builder here, and ignored in ${own}`,
      '',
      'Could not be read: 1',
      `  ${file}:7: the value of "di@home.example" is no login`,
      '',
    ]);
    expect(ownOf(repo)).not.toMatch(/somebody|one|two|builder/);
  });
  it('makes the AUTHOR_MAP where there is none, and leaves everything where the file is nothing', async () => {
    const repo = began();
    repo.write('people.txt', 'bo@home.example bo-ny\n');
    expect((await importing(repo, 'people.txt')).code).toBe(0);
    expect(ownOf(repo)).toBe('authors:\n  bo-ny:\n    addresses:\n      - bo@home.example\n');
    repo.write('broken.py', 'M = {"cy@home.example" "cy",');
    const broken = await importing(repo, 'broken.py');
    expect(broken).toMatchObject({ code: 2, out: '' });
    expect(broken.err).toMatch(/broken\.py:1: /);
    expect(ownOf(repo)).toContain('bo-ny');
    repo.write('release-notes/authors.yaml', 'authors: [');
    expect(await importing(repo, 'people.txt')).toMatchObject({ code: 2 });
    expect(ownOf(repo)).toBe('authors: [');
  });
});

describe('authors of other shapes', () => {
  it('are read by --authors or release.yaml, besides the AUTHOR_MAP, which decides', async () => {
    const repo = began();
    repo.write('release.py', 'M = {"bo@home.example": "bo-ny", "ada@home.example": "wrong"}');
    repo.write('people.txt', 'cy@home.example cy\nnobody@home.example\n');
    repo.write('release-notes/authors.yaml', OWN);
    const paths = ['release.py', 'people.txt'].map((each) => join(repo.dir, each));
    const ran = await audit(repo, '--authors', ...paths);
    expect(ran.out).toMatch(/@ada.*\n@bo-ny.*\n@cy/);
    expect(ran.err).toContain('people.txt:2: no login stands beside nobody@home.example; left out');
    expect((await audit(repo, '--authors', ...paths, '--quiet')).err).toBe('');
    repo.write('release.yaml', 'authors: [release-notes/authors.yaml, release.py, people.txt]\n');
    expect((await audit(repo)).out).toBe(ran.out);
    repo.write('release.yaml', 'authors: release.py#M\n');
    expect((await audit(repo)).out).toContain('@bo-ny');
  });
  it('that contradict each other are an error, until the AUTHOR_MAP decides', async () => {
    const repo = began();
    repo.write('release.py', 'M = {"bo@home.example": "bo-ny",\n  "bo@home.example": "else"}');
    repo.write('release.yaml', 'authors: release.py\n');
    const { code, err } = await audit(repo);
    expect(code).toBe(2);
    expect(err).toMatch(/release\.py:2: bo@home\.example is else here, and bo-ny in .*:1\n/);
    const own = 'authors:\n  bo-ny: bo@home.example\n';
    repo.write('release-notes/authors.yaml', own);
    expect((await audit(repo)).out).toContain('@bo-ny');
  });
  it.each([
    ['authors: [a.yaml, b.yml]', 'only one file can be YAML'],
    ['authors: [1]', 'authors must be a file, or a list of files'],
    ['authors: nope.py', 'no such file'],
    ['authors: nope.yaml', 'there is no file nope.yaml (authors)'],
    ['authors: ../people.txt', '../people.txt is not inside the repository'],
    ['authors: [/etc/passwd]', '/etc/passwd is not inside the repository'],
    ['authors: linked/passwd', 'linked/passwd is not inside the repository'],
    ['template: ../notes.md', '../notes.md is not inside the repository'],
  ])('that are nothing are an error: %s', async (text, message) => {
    const repo = began();
    symlinkSync('/etc', join(repo.dir, 'linked'));
    repo.write('release.yaml', `${text}\n`);
    expect(await audit(repo)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
  it('say of what is left out only the first, when it is much', async () => {
    const repo = began();
    const lines = Array.from({ length: 30 }, (_, n) => `nobody-${n}@home.example`);
    repo.write('people.txt', `cy@home.example cy\n${lines.join('\n')}\n`);
    const { err } = await audit(repo, '--authors', join(repo.dir, 'people.txt'));
    expect(err.match(/left out/g)).toHaveLength(11);
    expect(err).toContain('note: 20 more are left out');
  });
  it('give the login of a name as the line to decide on, where an address is not in them', async () => {
    const repo = began();
    repo.write('.all-contributorsrc', '{"contributors": [{"login": "cy-li", "name": "Cy Li"}]}');
    const { out } = await audit(repo, '--authors', join(repo.dir, '.all-contributorsrc'));
    expect(out).toContain('cy-li: { addresses: [cy@home.example] }  # the same name; check');
  });
});
