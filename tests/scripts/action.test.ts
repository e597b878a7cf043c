import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NEEDED, partOf } from '../../scripts/action-dependencies.ts';
import { ROOT, runAction } from './actionSteps.ts';
import { makeRepo } from './support.ts';

const ADA = 'Ada Maker <1+ada@users.noreply.github.com>';

function began() {
  const repo = makeRepo();
  repo.commit('chore: begin', ADA);
  repo.git('tag', 'v1');
  repo.commit('feat: keep the queue (#12)', ADA);
  repo.commit('fix: order', 'Jo Li <jo@x.example>');
  return repo;
}

describe('the action', () => {
  it('runs the same command, annotates, writes the summary, and gives the exit code on', () => {
    const repo = began();
    repo.write('notes.md', '## Contributors\n');
    const inputs = { 'since-tag': 'v1', 'release-file': 'notes.md', offline: 'true' };
    const { steps, output, summary } = runAction(repo, { inputs });
    expect(steps.map(({ name, code }) => [name, code])).toEqual([
      ['Install', 0],
      ['Audit', 1],
    ]);
    expect(steps.at(-1)!.out).toContain('title=Contributor missing::@ada');
    expect(output).toBe('exit-code=1\n');
    expect(summary).toContain('**2 missing in the notes**');
  });
  it('hands each input on as it is written, several lines as several', () => {
    const repo = began();
    repo.write('a file.txt', 'jo@x.example jo-li\n');
    repo.write('more.txt', 'una@x.example una\n');
    const inputs = {
      authors: 'a file.txt\n\nmore.txt\n',
      'tag-format': 'v{version}$(touch owned)',
      until: 'HEAD',
      offline: 'true',
    };
    const { steps, summary } = runAction(repo, { inputs });
    expect(steps.at(-1)).toMatchObject({ code: 0 });
    expect(summary).toContain('the beginning..HEAD: 3 commits');
    expect(summary).toContain('`@jo-li`');
    expect(repo.git('status', '--porcelain')).not.toContain('owned');
  });
  it('fetches the packages that the audit can load, in the locked versions, and nothing else', () => {
    const loaded = new Set<string>();
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const code = readFileSync(file, 'utf8').replace(/^(?:import|export) type [^;]*;/gm, '');
      for (const [, name] of code.matchAll(/(?:^(?:import|\}).* from |\bimport\()\s*'([^']+)'/gm)) {
        if (name!.startsWith('.')) visit(resolve(dirname(file), name!));
        else if (!name!.startsWith('node:')) loaded.add(name!);
      }
    };
    visit(join(ROOT, 'scripts/contributor-audit.ts'));
    expect([...seen].map((file) => relative(ROOT, file))).toContain('scripts/forge/github.ts');
    // Only --json-schema loads it, which the action does not ask for.
    loaded.delete('zod');
    expect([...NEEDED]).toEqual([...loaded].sort());

    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
    const part = partOf(lock, NEEDED);
    for (const [path, entry] of Object.entries(part.packages))
      if (path !== '') expect(entry).toEqual(lock.packages[path]);
    for (const name of ['openai', 'grammy', 'zod', 'typescript', 'vitest'])
      expect(part.packages).not.toHaveProperty([`node_modules/${name}`]);
  });
  it('takes what a package rests on, the nearest of its versions, and no more', () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { a: '^1', z: '^1' } },
        'node_modules/a': { dependencies: { b: '^2' }, optionalDependencies: { mac: '^1' } },
        'node_modules/a/node_modules/b': { dependencies: { c: '^1' } },
        'node_modules/b': {},
        'node_modules/c': { peerDependencies: { a: '^1' } },
        'node_modules/z': {},
      },
    };
    expect(Object.keys(partOf(lock, ['a']).packages)).toEqual([
      '',
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/c',
    ]);
    expect(partOf(lock, ['a']).packages['']).toEqual({ dependencies: { a: '^1' } });
  });
});
