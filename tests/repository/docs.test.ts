import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokenLinks } from './links.ts';
import { filesBelow, ROOT } from './sources.ts';

const documents = filesBelow('README.md', 'docs').filter((f) => f.path.endsWith('.md'));
const exists = (path: string) => existsSync(join(ROOT, path));

describe('the documents', () => {
  it('link only to what is there', () => {
    expect(documents.map((d) => d.path)).toContain('README.md');
    expect(brokenLinks(documents, exists)).toEqual([]);
  });

  it.each([
    ['a file that is absent', '[x](docs/absent.md)'],
    ['a picture that is absent', '![x](docs/absent.png "title")'],
    ['a heading that is absent', '[x](#no-such-heading)'],
    ['a heading of another document that is absent', '[x](docs/b.md#absent)'],
  ])('are told of a link to %s', (_what, text) => {
    const other = { path: 'docs/b.md', text: '# There' };
    expect(brokenLinks([{ path: 'a.md', text }, other], (p) => p === 'docs/b.md')).toHaveLength(1);
  });

  it('may link to headings, and to other sites; code holds no links', () => {
    const text = '# One, two: `three`\n[a](#one-two-three) [b](https://x.example/y) `[c](d)`';
    expect(brokenLinks([{ path: 'a.md', text }], (p) => p === 'a.md')).toEqual([]);
  });
});
