import { describe, expect, it } from 'vitest';
import type { Attribution } from '../../../scripts/attribution/attribute.ts';
import { GITHUB } from '../../../scripts/attribution/dialect.ts';
import type { Person } from '../../../scripts/attribution/model.ts';
import { type Input, linesOf } from '../../../scripts/notes/changes.ts';
import { contributorLine, isNamed } from '../../../scripts/notes/contributors.ts';
import { MergedPulls } from '../../../scripts/notes/merged.ts';
import { readNotes } from '../../../scripts/notes/read.ts';
import { writeNotes } from '../../../scripts/notes/write.ts';
import { person } from '../support.ts';

const [ADA, BO] = [person('ada'), person('bo')];

const change = (sha: string, message: string, people: readonly Person[] = []): Input => {
  const subject = message.split('\n')[0]!;
  const pr = /\(#(\d+)\)$/.exec(subject)?.[1];
  return { sha, message, subject, people, ...(pr === undefined ? {} : { pr: Number(pr) }) };
};
/** A history as "sha: parents", newest first; merges have a message. */
const history = (...lines: string[]) => {
  const merged = new MergedPulls({});
  for (const line of lines) {
    const [sha, parents, message = ''] = line.split(/: ?/) as [string, string, string?];
    merged.add({ sha, parents: parents.trim(), message, merge: parents.trim().includes(' ') });
  }
  return merged.of(lines[0]!.split(':')[0]!);
};

describe('changes', () => {
  it('reads scopes, breaking marks and footers', () => {
    const lines = linesOf([
      change('a1', 'feat(gateway)!: x'),
      change('b2', 'fix: y\n\nBREAKING CHANGE: the key is gone'),
      change('c3', 'daemon: z'),
    ]);
    expect(lines.map((line) => [line.section, line.scope, line.text, line.breaking])).toEqual([
      ['Breaking changes', 'gateway', 'x', ''],
      ['Breaking changes', undefined, 'y', 'the key is gone'],
      ['Other changes', undefined, 'daemon: z', undefined],
    ]);
  });
  it('cancels a change and its revert, and shows the revert of something older', () => {
    const lines = linesOf([
      change('cccccccc', 'Revert "feat: b"\n\nThis reverts commit bbbbbbbb.'),
      change('bbbbbbbb', 'feat: b'),
      change('dddddddd', 'Revert "feat: old"\n\nThis reverts commit 99999999.'),
    ]);
    expect(lines.map((line) => line.text)).toEqual(['Revert "feat: old"']);
  });
  it('shows a change once even if it was picked twice', () => {
    expect(
      linesOf([
        change('a1', 'fix: y\n\n(cherry picked from commit 0123456789)'),
        change('b2', 'fix: y'),
      ]),
    ).toHaveLength(1);
  });
  it('ends a breaking footer where the next footer begins', () => {
    const footers = 'BREAKING CHANGE: gone\nfor good\nCloses #4\nCo-authored-by: Bo <bo@x.example>';
    expect(linesOf([change('a1', `feat: x\n\n${footers}`)])[0]!.breaking).toBe('gone\nfor good');
  });
  it('reads a message of 100,000 letters in no time, and one such line', () => {
    const long = 'x'.repeat(100_000);
    expect(linesOf([change('a1', long), change('b2', `fix: y\n\n${long} #1`)])).toHaveLength(2);
  });
  it('leaves the commit that makes a release out, and a bump of something else in', () => {
    const subjects = [
      'chore(release): v1.2.0',
      'release: app@2.0.0',
      '1.3.1',
      'Bump 0.16.4 (#9)',
      'Version Packages',
      'version 2.4 alpha 2',
      'Bump the parser from 1.0 to 1.2',
      'feat: 1.2.0 of the protocol',
    ];
    const lines = linesOf(subjects.map((subject, index) => change(`${index}`, subject)));
    expect(lines.map((line) => line.text)).toEqual([
      'Bump the parser from 1.0 to 1.2',
      '1.2.0 of the protocol',
    ]);
  });
  it('does not take a feature for a revert because its text names what it replaces', () => {
    const lines = linesOf([
      change('a'.repeat(40), `feat: another queue\n\nThis reverts commit ${'b'.repeat(40)}.`),
      change('b'.repeat(40), 'feat: a queue'),
    ]);
    expect(lines).toHaveLength(2);
  });
  it.each([
    ['the number in its title', 'Revert "feat: b (#12)" (#13)'],
    ["the line that GitHub's button writes", 'Revert "feat: b" (#13)\n\nReverts acme/app#12.'],
    ['a bare sha', 'Revert bbbbbbbb'],
  ])('knows what a revert takes back by %s', (_what, message) => {
    expect(linesOf([change('c1', message), change('bbbbbbbb', 'feat: b (#12)')])).toEqual([]);
  });
  it('keeps what was reverted and then brought back', () => {
    const lines = linesOf([
      change('dddddddd', 'Reapply "feat: b"\n\nThis reverts commit cccccccc.'),
      change('cccccccc', 'Revert "feat: b"\n\nThis reverts commit bbbbbbbb.'),
      change('bbbbbbbb', 'feat: b'),
    ]);
    expect(lines.map((line) => line.text)).toEqual(['b']);
  });
  it('knows a pick by the commit it was picked from, whatever became of its words', () => {
    const original = '0123456789abcdef0123456789abcdef01234567';
    const lines = linesOf([
      change('a1', `[1.x] fix y\n\n(cherry picked from commit ${original})`, [BO]),
      change(original, 'fix: y', [ADA]),
    ]);
    expect(lines).toHaveLength(1);
    expect(lines[0]!.people).toEqual([BO, ADA]);
  });
  it('joins the same words of the same people, not those of different people', () => {
    const lines = linesOf([
      change('a1', 'fix typo (#4)', [ADA]),
      change('b2', 'fix typo (#3)', [BO]),
      change('c3', 'fix typo (#2)', [ADA]),
      change('d4', 'update the list (#1)'),
      change('e5', 'update the list (#0)'),
    ]);
    expect(lines.map((line) => line.prs)).toEqual([[4, 2], [3], [1, 0]]);
  });
  it('puts bumps of dependencies together, whatever type they come with', () => {
    const [line] = linesOf([change('a1', 'fix(deps): update x to v2')]);
    expect(line).toMatchObject({ section: 'Dependencies', text: 'update x to v2' });
  });
});

describe('pull requests that were merged', () => {
  it('are one line each, with their title, everyone of their commits, and who their text credits', () => {
    const merged = history(
      'm: a2 b2: Merge pull request #12 from bo/queue\n\nKeep the order',
      'b2: b1',
      'a2: a1',
      'b1: a1',
      'a1: ',
    );
    const lines = linesOf(
      [
        change('b2', 'respond to review', [ADA]),
        change('a2', 'fix: straight to main', [ADA]),
        change('b1', 'queue draft', [BO]),
        change('a1', 'begin', [ADA]),
      ],
      { merged, sourcesOf: (pr) => (pr === 12 ? [person('cyd')] : []) },
    );
    expect(lines.map(({ text, prs, people }) => [text, prs, people.map((x) => x.login)])).toEqual([
      ['Keep the order', [12], ['bo', 'ada', 'cyd']],
      ['straight to main', [], ['ada']],
      ['begin', [], ['ada']],
    ]);
  });
  it('are a line for each commit where the merge has no title', () => {
    const merged = history('m: a b2: merge #12 into acme/app\n\nBo (2)', 'b2: b1', 'b1: a', 'a: ');
    const lines = linesOf([change('b2', 'more'), change('b1', 'add a queue')], { merged });
    expect(lines.map(({ text, prs }) => [text, prs])).toEqual([
      ['more', [12]],
      ['add a queue', [12]],
    ]);
  });
  it('are a line for each commit where the title only names a release', () => {
    const merged = history(
      'm: a b2: Merge pull request #12 from bo/release\n\nRelease 48.1',
      'b2: b1',
      'b1: a',
      'a: ',
    );
    const lines = linesOf([change('b2', 'Release 48.1'), change('b1', 'fix a leak')], { merged });
    expect(lines.map(({ text, prs }) => [text, prs])).toEqual([['fix a leak', [12]]]);
  });
  it('keep a breaking footer of one of their commits', () => {
    const merged = history('m: a b: Merge pull request #1 from x/y\n\nTidy', 'b: a', 'a: ');
    const [line] = linesOf([change('b', 'fix: x\n\nBREAKING CHANGE: gone')], { merged });
    expect(line).toMatchObject({ section: 'Breaking changes', text: 'Tidy', breaking: 'gone' });
  });
  it('are gone with everything in them when their merge is reverted', () => {
    const merge = 'e'.repeat(40);
    const merged = history(
      `r: ${merge}`,
      `${merge}: a b2: Merge pull request #1 from x/y`,
      'b2: b1',
      'b1: a',
      'a: ',
    );
    const revert = `Revert "Merge pull request #1 from x/y"\n\nThis reverts commit ${merge}, reversing`;
    const changes = [change('r', revert), change('b2', 'two'), change('b1', 'one')];
    expect(linesOf(changes, { merged })).toEqual([]);
  });
  it('keep their own lines inside a merge of branches, and a stack of them as well', () => {
    const merged = history(
      'm: a d: Merge pull request #9 from acme/develop\n\nRelease',
      'd: c n: Merge pull request #8 from bo/x\n\nInner',
      'n: c',
      'c: a',
      'a: ',
    );
    const lines = linesOf(
      [change('n', 'work'), change('c', 'feat: squashed (#7)'), change('a', 'begin')],
      { merged },
    );
    expect(lines.map(({ text, prs }) => [text, prs])).toEqual([
      ['Inner', [8]],
      ['squashed', [7]],
      ['begin', []],
    ]);
  });
  it('take nothing of the main branch that was merged into theirs', () => {
    const merged = history(
      'm: a2 b2: Merge pull request #1 from x/y\n\nWork',
      "b2: b1 a2: Merge branch 'main' into y",
      'b1: a1',
      'a2: a1',
      'a1: ',
    );
    expect([merged.get('b1')?.pr, merged.get('a2'), merged.get('a1')]).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });
  it('are read in time however deep branches lie in branches', () => {
    const lines: string[] = [];
    for (let at = 20_000; at > 0; at -= 1) lines.push(`n${at}: x${at} n${at - 1}: Merge branch`);
    expect(history(...lines, 'n0: ').size).toBe(0);
  });
});

describe('the text of notes', () => {
  const notesOf = (message: string, people: readonly Person[] = []) =>
    writeNotes(
      {
        changes: [{ ...change('a'.repeat(40), message, people), by: [] }],
        people,
        helpers: [],
        range: { since: { name: 'v1~2', sha: 'b'.repeat(40) } },
        dialect: GITHUB,
      } as unknown as Attribution,
      { title: '@a/b@2.0.0', end: '@a/b@2.0.0', date: '2026-01-01', web: 'https://h.example/a/b' },
    );
  it.each([
    ['# no heading', '- \\# no heading ('],
    ['- no list', '- \\- no list ('],
    ['[x] no box', '- \\[x] no box ('],
    ['1. no number', '- 1\\. no number ('],
    [
      'read __init__ and *args, keep snake_case',
      '- read \\_\\_init\\_\\_ and \\*args, keep snake_case (',
    ],
    ['![spy](https://x.example)', '- ![spy\\](https://x.example) ('],
    ['<img src=x> and `<b>` by @bo', '- \\<img src=x> and `<b>` by @\u200bbo ('],
    ['feat!: x\n\nBREAKING CHANGE: ask @bo\n# Contributors', '  ask @\u200bbo\n  \\# Contributors'],
  ])('shows %j as it was written', (message, expected) => {
    const notes = notesOf(message);
    expect(notes).toContain(expected);
    expect(readNotes(notes).section).toBeUndefined();
  });
  it('has one list where a project writes no types, and a link to the whole history', () => {
    const notes = notesOf('make it so');
    expect(notes).toContain('## Changes\n');
    expect(notes).toContain(`compare/${'b'.repeat(40)}...@a/b@2.0.0\n`);
  });
  it('cuts a message that is all subject', () => {
    expect(notesOf('x'.repeat(100_000)).length).toBeLessThan(600);
  });
});

describe('names in notes', () => {
  it.each([
    'Jo | Pipe',
    '[click](https://x.example)',
    '```code',
    '@everyone team',
    'a@b.example',
    '<script>alert(1)</script>',
    'A &amp; B',
    '~~gone~~ *Star* _under_',
    '翠',
    'W',
    'دنا (x)',
    '# 1. Heading',
  ])('name %j, do nothing else, and are found again', (name) => {
    const { login: _, ...nobody } = person('x');
    const who: Person = { ...nobody, name, names: [name], logins: [] };
    const text = `## Contributors\n\n- @ada\n${contributorLine(who, false)}\n`;
    const notes = readNotes(text);
    expect(isNamed(who, notes)).toBe(true);
    expect([...notes.handles]).toEqual(['ada']);
    expect(text).not.toMatch(/(?<!\\)[<`*|]/);
    const other: Person = { ...who, name: 'Somebody Else', names: ['Somebody Else'] };
    expect(isNamed(other, notes)).toBe(false);
  });
});
