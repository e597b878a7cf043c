import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Manifest, unnamed, wrongVersions } from './manifest.ts';
import { ROOT } from './sources.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const tools = {
  node: '24.1.0',
  vitest: '5.0.0',
  '@vitest/coverage-v8': '5.0.0',
  typescript: '7.0.0',
  '@biomejs/biome': '2.0.0',
};
const right: Manifest = { dependencies: {}, devDependencies: tools, engines: { node: '>=24' } };

describe('the versions in package.json', () => {
  it('are pinned where they must be, and fit each other', () => {
    expect(wrongVersions(manifest)).toEqual([]);
    expect(wrongVersions(right)).toEqual([]);
  });

  it.each([
    ['a range for typescript', { ...tools, typescript: '^7.0.0' }],
    ['coverage of another version', { ...tools, '@vitest/coverage-v8': '5.0.1' }],
    ['another major of node', { ...tools, node: '22.1.0' }],
  ])('are told to be wrong with %s', (_what, devDependencies) => {
    expect(wrongVersions({ ...right, devDependencies })).toHaveLength(1);
  });
});

describe('docs/dependencies.md', () => {
  it('names each dependency', () => {
    expect(unnamed(manifest, read('docs/dependencies.md'))).toEqual([]);
  });

  it('is told of one that it does not name', () => {
    expect(unnamed({ ...right, dependencies: { zod: '1.0.0' } }, '`vitest`')).toContain('zod');
  });
});
