import { describe, expect, it } from 'vitest';
import { fixContributors } from '../../../scripts/notes/contributors.ts';
import { readNotes } from '../../../scripts/notes/read.ts';
import { nextVersion, tagOf } from '../../../scripts/notes/version.ts';

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

describe('fixing notes', () => {
  const person = (login: string) => ({
    login,
    name: login,
    names: [login],
    emails: [],
    logins: [login],
    joins: [],
    remarks: [],
    credits: [{ role: 'author' as const, count: 2, evidence: [] }],
  });
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
  });
});
