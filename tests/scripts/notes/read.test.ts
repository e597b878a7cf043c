import { describe, expect, it } from 'vitest';
import { fixContributors } from '../../../scripts/notes/contributors.ts';
import { readNotes } from '../../../scripts/notes/read.ts';
import { formatOf, nextVersion, tagOf, versionOf } from '../../../scripts/notes/version.ts';
import { person } from '../support.ts';

const handles = (text: string) => [...readNotes(text).handles];

describe('reading notes', () => {
  it.each([
    ['the task is done', []],
    ['`@ada` and\n\n```\n@bob\n```\n', []],
    ['by @ada.', ['ada']],
    ['mail ada@home.example or @types/node', []],
    ['[Ada](https://github.com/ada-m)', ['ada-m']],
    ['| who |\n| --- |\n| @ada |\n', ['ada']],
    ['<p align="center"><a href="https://github.com/ada">x</a> @bob</p>', ['ada', 'bob']],
    ['text[^1]\n\n[^1]: by @ada\n', ['ada']],
    ['<!-- @ada -->', []],
  ])('finds in %j just %j', (text, expected) => {
    expect(handles(text).sort()).toEqual(expected);
  });
  it('reads the section up to the next heading of its depth', () => {
    const notes = readNotes(
      '# v1\n\n## Contributors\n\n- @ada\n\n### more\n\n- @bob\n\n## Next\n\n- @cyd\n',
    );
    expect(notes.section!.items.flatMap((item) => item.handles)).toEqual(['ada', 'bob']);
  });
});

describe('the contributor section', () => {
  it('is the one of that name, also where thanks stand below it', () => {
    const { section } = readNotes('## Contributors\n\n- @ada\n\n## Thanks\n\n- @bob\n');
    expect(section!.items.flatMap((item) => item.handles)).toEqual(['ada']);
  });
});

describe('a changelog of many versions', () => {
  const changelog = [
    '# Changelog',
    '## [2.1.0](https://x.example) (2026-02-01)\n\n- by @ada\n\n### Contributors\n\n- @ada',
    '## 2.0.0\n\n- by @bo\n\n### Contributors\n\n- @bo',
    '## 1.0.0\n\n- by @cyd\n',
  ].join('\n\n');
  it('credits nobody of another version', () => {
    expect([...readNotes(changelog).handles]).toEqual(['ada']);
    const older = readNotes(changelog, versionOf('app@2.0.0'));
    expect([...older.handles]).toEqual(['bo']);
    expect(older.part).toMatchObject({ heading: '2.0.0', found: true });
    expect(readNotes(changelog, '3.0.0').part).toMatchObject({ found: false });
    expect(readNotes(changelog, '0.0').part!.found).toBe(false);
  });
  it('gets its missing people where they belong', () => {
    const fixed = fixContributors(changelog, readNotes(changelog, '2.0.0'), {
      add: [person('zed')],
      remove: [],
    });
    expect(fixed).toBe(changelog.replace('- @bo\n\n## 1', '- @bo\n- @zed (2 commits)\n\n## 1'));
    const without = fixContributors(changelog, readNotes(changelog, '1.0.0'), {
      add: [person('zed')],
      remove: [],
    });
    expect(without).toBe(`${changelog}\n### Contributors\n\n- @zed (2 commits)\n`);
  });
  it.each([
    ['curl-8_21_0', '8.21.0'],
    ['@scope/cli@3.0.1', '3.0.1'],
    ['v2026.4.8-rc.1', '2026.4.8-rc.1'],
    ['HEAD', undefined],
  ])('takes the version out of %s', (tag, version) => {
    expect(versionOf(tag)).toBe(version);
  });
});

describe('odd structures', () => {
  const fixed = (text: string, add: string[], gone: string[] = []) =>
    fixContributors(text, readNotes(text), {
      add: add.map(person),
      remove: gone.map((handle) => ({ handle, line: 1 })),
    });
  it.each([
    ['a setext heading', 'Contributors\n------------\n\n* @ada\n', '* @bo (2 commits)\n'],
    ['a byte order mark', '\ufeff## Contributors\n\n- @ada\n', '- @bo (2 commits)\n'],
    ['no final newline', '## Contributors\n\n- @ada', '\n- @bo (2 commits)'],
    ['a numbered list', '## Contributors\n\n1. @ada\n', '2. @bo (2 commits)\n'],
    ['a list in a list', '## Contributors\n\n- Core\n  - @ada\n', '  - @bo (2 commits)\n'],
    ['a bold lead', '**Contributors**\n\n- @ada\n', '- @bo (2 commits)\n'],
    [
      'a sentence and names',
      'Thanks to friends like these:\n\n  Ada A, Cy D\n',
      '\n- @bo (2 commits)\n',
    ],
    ['a table', '## Contributors\n\n| who |\n| --- |\n| @ada |\n', '| @bo (2 commits) |\n'],
  ])('adds to %s in its manner', (_what, text, added) => {
    expect(fixed(text, ['bo'])).toBe(text + added);
    const notes = readNotes(fixed(text, ['bo']));
    expect(notes.handles.has('bo')).toBe(true);
    if (notes.items.length > 0) expect(fixed(fixed(text, ['bo']), [], ['bo'])).not.toContain('bo');
  });
  it('adds nobody to the list of the new, and reads names from every list', () => {
    const text =
      '## New Contributors\n\n- @ada made a first one\n\n## Contributors\n\n- Jo Li\n\n## Contributors to docs\n\n- Mo Ek\n';
    const notes = readNotes(text);
    expect(notes.sectionText).toContain('Jo Li');
    expect(notes.sectionText).toContain('Mo Ek');
    expect(fixed(text, ['bo'])).toBe(`${text}- @bo (2 commits)\n`);
    const only = '## New Contributors\n\n- @ada made a first one\n';
    expect(fixed(only, ['bo'])).toBe(`${only}\n## Contributors\n\n- @bo (2 commits)\n`);
  });
  it('leaves an entry alone that others stand inside', () => {
    const text = '## Contributors\n\n- @gone and friends\n  - @ada\n';
    expect(fixed(text, [], ['gone'])).toBe(text);
  });
});

describe('fixing notes', () => {
  it('keeps every byte outside the section, CRLF as well', () => {
    const text = '# v1  \r\n\r\n## Contributors\r\n\r\n- @gone\r\n- @ada\r\n\r\n## End\r\n\ttabs';
    const fixed = fixContributors(text, readNotes(text), {
      add: [person('bob')],
      remove: [{ handle: 'gone', line: 1 }],
    });
    expect(fixed).toBe(
      '# v1  \r\n\r\n## Contributors\r\n\r\n- @ada\r\n- @bob (2 commits)\r\n\r\n## End\r\n\ttabs',
    );
  });
  it('adds a section where there is none', () => {
    const fixed = fixContributors('# v1\n', readNotes('# v1\n'), {
      add: [person('bob')],
      remove: [],
    });
    expect(fixed).toBe('# v1\n\n## Contributors\n\n- @bob (2 commits)\n');
  });
});

describe('versions', () => {
  it('bumps versions and formats tags', () => {
    expect(nextVersion('app@1.2.3', 'minor')).toBe('1.3.0');
    expect(nextVersion(undefined, 'minor')).toBe('0.1.0');
    expect(tagOf('app@{version}', '1.3.0')).toBe('app@1.3.0');
    expect(tagOf('v{version}', 'v1.3.0')).toBe('v1.3.0');
    expect(() => tagOf('v1', '1.3.0')).toThrow('must contain {version} once');
    expect(formatOf('docker-v29.7.0')).toBe('docker-v{version}');
    expect(formatOf('nightly')).toBe('v{version}');
    expect(() => nextVersion('2026.07.04', 'patch')).toThrow('use --version');
  });
});
