import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthorMap } from '../../../scripts/attribution/author-map.ts';
import { type Addition, addToAuthorMap } from '../../../scripts/attribution/author-map-edit.ts';

/** Who has what, whatever the order and the writing. */
async function meaning(text: string) {
  const { people, ignore } = await parseAuthorMap(text);
  const all = people.map((each) => [
    each.login.toLowerCase(),
    { addresses: each.addresses.toSorted(), names: each.names.toSorted(), note: each.note },
  ]);
  return { people: Object.fromEntries(all), ignore };
}

const add = (text: string, ...additions: Addition[]) => addToAuthorMap(text, additions);

describe('adding to the AUTHOR_MAP', () => {
  it.each([
    ['', 'authors:\n  jo:\n    addresses:\n      - jo@x.example\n'],
    ['# only this\n', '# only this\nauthors:\n  jo:\n    addresses:\n      - jo@x.example\n'],
    ['authors: {}\n', 'authors:\n  jo:\n    addresses:\n      - jo@x.example\n'],
    ['authors: # none\n', 'authors: # none\n  jo:\n    addresses:\n      - jo@x.example\n'],
    ['authors: null', 'authors:\n  jo:\n    addresses:\n      - jo@x.example\n'],
    ['ignore: [a]', 'ignore: [a]\nauthors:\n  jo:\n    addresses:\n      - jo@x.example\n'],
    ['authors:\n  jo: # c\n', 'authors:\n  jo: # c\n    addresses:\n      - jo@x.example\n'],
    ['authors:\n  jo: a@x  # c\n', 'authors:\n  jo: [a@x, jo@x.example]  # c\n'],
    ['authors:\n  jo: [ a@x ]\n', 'authors:\n  jo: [ a@x, jo@x.example ]\n'],
    ['authors:\n  jo:\n  - a@x # c\n', 'authors:\n  jo:\n  - a@x # c\n  - jo@x.example\n'],
    [
      'authors:\n  jo: { names: [J] }\n',
      'authors:\n  jo: { names: [J], addresses: [jo@x.example] }\n',
    ],
    ['authors: { a: a@x }\n', 'authors: { a: a@x, jo: { addresses: [jo@x.example] } }\n'],
    ['authors: { jo: {} }\n', 'authors: { jo: { addresses: [jo@x.example] } }\n'],
    [
      'authors:\r\n    jo:\r\n        note: x\r\n\r\n# next\r\nignore: [b]\r\n',
      'authors:\r\n    jo:\r\n        note: x\r\n        addresses:\r\n          - jo@x.example\r\n\r\n# next\r\nignore: [b]\r\n',
    ],
    [
      'authors:\n  a:\n    note: >-\n      long\n      text\n\nopt-out: [b]\n',
      'authors:\n  a:\n    note: >-\n      long\n      text\n  jo:\n    addresses:\n      - jo@x.example\n\nopt-out: [b]\n',
    ],
  ])('writes in the manner of what is there: %j', async (before, after) => {
    expect(await add(before, { login: 'jo', address: 'jo@x.example' })).toBe(after);
    expect(await add(after, { login: 'JO', address: 'Jo@X.example' })).toBe(after);
  });
  it('writes names and notes where there are none, and quotes what would be read as something else', async () => {
    const before = 'authors:\n  jo: a@x\n';
    const after = await add(
      before,
      { login: 'jo', name: 'Jo: "Li"', note: '#7' },
      { login: '007', address: 'bond@x.example' },
      { login: 'null', address: 'nobody@x.example', note: 'true' },
    );
    expect(after).toBe(
      [
        'authors:',
        '  jo: { addresses: [a@x], names: ["Jo: \\"Li\\""], note: "#7" }',
        '  "007":\n    addresses:\n      - bond@x.example',
        '  "null":\n    addresses:\n      - nobody@x.example\n    note: "true"\n',
      ].join('\n'),
    );
    expect((await meaning(after)).people['007'].addresses).toEqual(['bond@x.example']);
    expect(await add(after, { login: 'jo', note: 'another' }), 'a note stays').toBe(after);
  });
  it.each([
    ['authors: [', 'is broken'],
    ['{ authors: {} }', 'on a line of its own'],
    ['- a', 'on a line of its own'],
  ])('leaves alone what it cannot add to: %s', async (text, message) => {
    await expect(add(text, { login: 'jo', address: 'jo@x.example' })).rejects.toThrow(message);
  });
  it('says so where a list has no place for a name', async () => {
    const text = 'authors:\n  jo:\n    - a@x\n';
    await expect(add(text, { login: 'jo', name: 'Jo Li' })).rejects.toThrow('write "addresses:"');
  });
  it('means what was there and what was added, whatever the style, and twice changes nothing', async () => {
    const styles = [
      (login: string, address: string) => [`  ${login}: ${address}  # short`],
      (login: string, address: string) => [`  ${login}: ["${address}"]`],
      (login: string, address: string) => [`  ${login}: { addresses: [${address}], note: n }`],
      (login: string, address: string) => [
        `  ${login}:`,
        '    # why',
        '    addresses:',
        `    - ${address}`,
      ],
      (login: string, address: string) => [
        `  ${login}:`,
        `    addresses: ${address}`,
        '    names: []',
      ],
      (login: string, address: string) => [
        `  ${login}:`,
        `    addresses: [ ${address}, # one`,
        `      more.${address} ]`,
        '    note: |',
        '      of lines',
      ],
    ];
    const logins = ['ada', 'bo-ny', 'Cyd', '0x1f'];
    const style = fc.integer({ min: 0, max: styles.length - 1 });
    const addition = fc.record({
      login: fc.constantFrom('ADA', 'bo-ny', 'cyd', '0x1f', 'eve', '12'),
      address: fc.constantFrom('n1@x.example', "o'n@x.example", 'ada@home.example'),
      name: fc.option(fc.constantFrom('A B', '- dash', 'Ünal: "Q"', '123', '@at'), {
        nil: undefined,
      }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(style, { maxLength: 4 }),
        fc.array(addition, { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        async (chosen, wanted, eol) => {
          const lines = chosen.flatMap((each, index) => {
            const login = logins[index]!;
            return styles[each]!(login === '0x1f' ? '"0x1f"' : login, `${login}@home.example`);
          });
          const before = ['# head', 'authors:', ...lines, '# tail', 'ignore: [z]', ''].join(eol);
          // One address and name belongs to one login only.
          const additions = wanted.map(({ login, address, name }) => ({
            login,
            address: `${login.toLowerCase()}.${address}`,
            ...(name === undefined ? {} : { name: `${name} ${login.toLowerCase()}` }),
          }));
          const after = await addToAuthorMap(before, additions);
          const expected = await meaning(before);
          for (const { login, address, name } of additions) {
            const key = login.toLowerCase();
            expected.people[key] ??= { addresses: [], names: [], note: undefined };
            const mine = expected.people[key];
            if (!mine.addresses.includes(address))
              mine.addresses = [...mine.addresses, address].toSorted();
            if (name !== undefined && !mine.names.includes(name))
              mine.names = [...mine.names, name].toSorted();
          }
          expect(await meaning(after)).toEqual(expected);
          expect(await addToAuthorMap(after, additions)).toBe(after);
          if (eol === '\r\n') expect(after).not.toMatch(/(?<!\r)\n/);
          for (const line of before.split(eol).filter((each) => /#|^ignore/.test(each)))
            expect(after).toContain(line.slice(line.indexOf('#')));
        },
      ),
      { numRuns: 150 },
    );
  });
});
