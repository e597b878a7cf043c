import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GITHUB } from '../../../scripts/attribution/dialect.ts';
import { isAddress } from '../../../scripts/attribution/maps/entry.ts';
import { readForeignMap } from '../../../scripts/attribution/maps/read.ts';
import { tempDir } from '../../harness/temp.ts';

function file(name: string, text: string): string {
  const path = join(tempDir(), name);
  writeFileSync(path, text);
  return path;
}

/** What a file says, in short: "address login", names behind a "~". */
async function read(name: string, text: string, choice = '') {
  const map = await readForeignMap(file(name, text) + choice, GITHUB);
  return {
    said: map.entries.map(
      ({ kind, value, login }) => `${kind === 'name' ? '~' : ''}${value} ${login}`,
    ),
    notes: map.entries.flatMap(({ note }) => note ?? []),
    lines: map.entries.map(({ line }) => line),
    unread: map.unread.map(({ line, why }) => `${line}: ${why}`),
    dictionaries: map.dictionaries.map((each) => `${each.name} ${each.line} ${each.count}`),
  };
}

const PYTHON = String.raw`#!/usr/bin/env python3
"""A text with {"no@map.example": "nobody"} in it."""
print "of another Python, too"
TYPES = {"feat": "Features", "fix": "Fixes"}
AUTHOR_MAP: dict[str, str] = {
    "ada@home.example": "ada",  # PR #7 (desktop: "x")
    'bo@home.example' : 'bo-ny' , # found by hand
    # "gone@home.example": "gone",
    "C\x65\u0064@home.example": "ced",
    "long" "@home.example": ("long"),
    r"raw\n@home.example": "raw",
    """three@home.example""": u'three',
    "none@home.example": None,
    "name@home.example": "Jane Doe",
    "run@home.example": look_up("run"),
    **OTHERS,
}
ALIASES = {"di": ["di@a.example", "di@b.example"], "eve": ("eve@a.example",)}
AUTHOR_MAP.update({"late@home.example": "late"})
`;

describe('a program with a dictionary', () => {
  it('of Python is read as text: strings of all kinds, comments, several dictionaries', async () => {
    const { said, notes, lines, unread, dictionaries } = await read('release.py', PYTHON);
    expect(said).toEqual([
      'ada@home.example ada',
      'bo@home.example bo-ny',
      'Ced@home.example ced',
      'long@home.example long',
      'raw\\n@home.example raw',
      'three@home.example three',
      'di@a.example di',
      'di@b.example di',
      'eve@a.example eve',
      'late@home.example late',
    ]);
    expect(notes).toEqual(['PR #7 (desktop: "x")', 'found by hand']);
    expect(lines.slice(0, 4)).toEqual([6, 7, 9, 10]);
    expect(unread).toEqual([
      '13: the value of "none@home.example" is no login',
      '14: the value of "name@home.example" is no login',
      '15: the value of "run@home.example" is no login',
    ]);
    expect(dictionaries).toEqual(['AUTHOR_MAP 5 6', 'ALIASES 18 3', ' 19 1']);
    expect((await read('release.py', PYTHON, '#ALIASES')).said).toHaveLength(3);
    await expect(read('release.py', PYTHON, '#TYPES')).rejects.toThrow(
      'nothing in it called TYPES gives anybody a GitHub login',
    );
  });
  it.each([
    ['map.mjs', 'export const M = Object.freeze({ "a@x.example": "aa", \'b@x.example\': `bb`, });'],
    [
      'map.cjs',
      'const re = /["\'{]/; module.exports = { "a@x.example": "aa", "b@x.example": "bb" };',
    ],
    [
      'map.ts',
      'const M: Record<string, string> = {"a@x.example": "aa", "b@x.example": "bb"} as const;',
    ],
    ['map.js', 'new Map([["a@x.example", "aa"], ["b@x.example", "bb"]])'],
    ['map.py', 'M["a@x.example"] = "aa"\nM["b@x.example"] = ("bb")[0]\nM["b@x.example"] = "bb"'],
    ['map.js', 'M["a@x.example"] = "aa"; exports.M["b@x.example"] = \'bb\';'],
    ['map.js', 'const users = { aa: "a@x.example", "bb": ["b@x.example"] };'],
    ['map.js', 'x = { "a@x.example": { login: "aa" }, "b@x.example": { github: "@bb" } };'],
    [
      'map.js',
      'x = [{ email: "a@x.example", login: "aa" }, { emails: ["b@x.example"], user_name: "bb" }]',
    ],
    [
      'map.json',
      '// with a comment\n{"a@x.example": "aa", "b@x.example": "https://github.com/bb",}',
    ],
    [
      'map.json',
      '{"authors": {"aa": {"addresses": ["a@x.example"]}, "bb": {"email": "b@x.example"}}}',
    ],
    ['map.json', '{"aa": "a@x.example", "bb": ["b@x.example"]}'],
    [
      'authors.yaml',
      'authors:\n  aa: a@x.example\n  bb:\n    addresses: [b@x.example]\n    note: "#7"\n',
    ],
    ['map.yml', 'a@x.example: aa\n"b@x.example": "@bb"  # found by hand\n'],
    ['map.yml', '- { email: a@x.example, github: aa }\n- { email: b@x.example, github: bb }\n'],
  ])('or data in %s is read: %s', async (name, text) => {
    expect(await read(name, text)).toMatchObject({
      said: ['a@x.example aa', 'b@x.example bb'],
      unread: [],
    });
  });
  it.each([
    [
      'setup.py',
      'setup(author="Jo", author_email="jo@x.example", extras={"mail": "jo@x.example"})',
    ],
    [
      'app.js',
      'const TYPES = { feat: "Features" }, mail = { from: "no-reply@x.example", to: "jo@x.example" };',
    ],
    ['app.js', 'const fixture = { login: "jo", name: "Jo Li" };'],
    ['package.json', '{"name": "app", "author": {"name": "Jo Li", "email": "jo@x.example"}}'],
  ])('that is none in %s is not taken for one: %s', async (name, text) => {
    await expect(read(name, text)).rejects.toThrow('gives anybody a GitHub login');
  });
  it('says where a dictionary is broken, and reads the others', async () => {
    const broken = 'A = {"a@x.example": "aa",\n "b@x.example" "bb"}\n';
    await expect(read('map.py', broken)).rejects.toThrow(
      /map\.py:2: the dictionary is broken here/,
    );
    const { said, unread } = await read('map.py', `${broken}B = {"c@x.example": "cc"}\n`);
    expect({ said, unread }).toMatchObject({ said: ['c@x.example cc'], unread: [/^2: /] });
    await expect(read('map.json', '{"a@x.example": "aa",\n')).rejects.toThrow(/map\.json:2: /);
  });
  it('gives back any map that Python, JavaScript or JSON can write', async () => {
    const login = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    const local = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 12 })
      .filter((each) => isAddress(`${each}@x`));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(local, login, { minKeys: 1 }), async (made) => {
        const entries = Object.entries(made).map(([key, value]) => [`${key}@x.example`, value]);
        const body = entries
          .map((pair) => pair.map((x) => JSON.stringify(x)).join(': '))
          .join(', ');
        for (const name of ['m.py', 'm.js', 'm.json']) {
          const { said } = await read(name, name === 'm.json' ? `{${body}}` : `M = {${body}}`);
          expect(said).toEqual(entries.map((pair) => pair.join(' ')));
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('.all-contributorsrc', () => {
  it('gives logins to whole names; a first name alone is many people’s', async () => {
    const text = JSON.stringify({
      projectOwner: 'acme',
      contributors: [
        {
          login: 'ada',
          name: 'Ada Maker',
          profile: 'https://ada.example',
          contributions: ['code'],
        },
        { login: 'bo', name: 'Bo', contributions: ['doc'] },
      ],
    });
    expect((await read('.all-contributorsrc', text)).said).toEqual(['~Ada Maker ada']);
  });
});

describe('a list', () => {
  it.each([
    ['jo@x.example jo-li'],
    ['jo@x.example\t\t@jo-li'],
    ['jo-li jo@x.example'],
    ['jo@x.example,jo-li'],
    ['jo@x.example: jo-li'],
    ['jo@x.example -> jo-li'],
    ['jo-li = jo@x.example'],
    ['<jo@x.example> jo-li # since #7'],
    ['  "jo@x.example" => "jo-li", # of Ruby'],
    ['"jo@x.example" = "jo-li"'],
    ["'jo@x.example': 'jo-li',"],
  ])('is read with an address and a login in a line: %s', async (line) => {
    const { said } = await read('contributors.txt', `# people\n\n${line}\n`);
    expect(said).toEqual(['jo@x.example jo-li']);
  });
  it.each([
    ['jo-li = Jo Li <jo@x.example>'],
    ['Jo Li <jo@x.example> jo-li'],
    ['* Jo Li <jo@x.example> (@jo-li)'],
    ['- Jo Li (@jo-li) <jo@x.example>'],
  ])('is read with a name as well: %s', async (line) => {
    const { said, lines } = await read('AUTHORS', `Thanks to\r\n=========\r\n${line}\r\n`);
    expect(said).toEqual(['jo@x.example jo-li', '~Jo Li jo-li']);
    expect(lines).toEqual([3, 3]);
  });
  it.each([['email: jo@x.example'], ['Maintainer: <jo@x.example>'], ['mail to jo@x.example']])(
    'has words that are nobody: %s',
    async (line) => {
      await expect(read('AUTHORS', `${line}\n`)).rejects.toThrow('no login stands beside');
    },
  );
  it('says which lines have an address without a login', async () => {
    const { said, unread } = await read('AUTHORS', 'a@x.example aa\nJo Li <jo@x.example>\n');
    expect(said).toEqual(['a@x.example aa']);
    expect(unread).toEqual(['2: no login stands beside jo@x.example']);
  });
  it('that is a picture, no YAML, or nowhere, is an error', async () => {
    await expect(read('AUTHORS', 'a@x.example aa\0')).rejects.toThrow('AUTHORS is no text');
    await expect(read('a.yaml', 'a: [')).rejects.toThrow('a.yaml is no YAML');
    await expect(readForeignMap('/nonexistent/AUTHORS', GITHUB)).rejects.toThrow('no such file');
  });
});

describe('a folder', () => {
  it('has a file for each address, with the login in it', async () => {
    const folder = tempDir();
    const files = {
      'jo@x.example': '# PR #12\njo-li\n',
      'una@x.example': '@una',
      'README.md': 'mail us@x.example',
      'empty@x.example': '\n',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    mkdirSync(join(folder, 'old@x.example'));
    const { entries, unread } = await readForeignMap(folder, GITHUB);
    expect(entries.map(({ value, login, note }) => [value, login, note])).toEqual([
      ['jo@x.example', 'jo-li', 'PR #12'],
      ['una@x.example', 'una', undefined],
    ]);
    expect(unread).toMatchObject([{ why: 'there is no login for empty@x.example' }]);
  });
});
