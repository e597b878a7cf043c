import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../harness/temp.ts';
import { ROOT, runAction } from '../actionSteps.ts';
import { makeRepo } from '../support.ts';

/** What a runner has of an action: the files of its commit, in a folder of their own. */
function checkout(): string {
  const folder = tempDir('sluice-action-');
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', ['-C', ROOT, ...list], { encoding: 'utf8' });
  for (const file of files
    .split('\0')
    .filter((each) => each !== '' && existsSync(join(ROOT, each))))
    cpSync(join(ROOT, file), join(folder, file));
  return folder;
}

/** How this machine reaches a registry. What npm has already is not fetched again; a runner has nothing. */
function npmOfThisMachine(): Record<string, string> {
  const said = Object.entries(process.env).filter(([name]) =>
    /^(?:npm_config_|https?_proxy$|no_proxy$|node_extra_ca_certs$)/i.test(name),
  ) as [string, string][];
  return {
    npm_config_userconfig: join(homedir(), '.npmrc'),
    npm_config_cache: join(homedir(), '.npm'),
    npm_config_prefer_offline: 'true',
    ...Object.fromEntries(said),
  };
}

function sizeOf(folder: string): { files: number; bytes: number } {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile());
  const bytes = files.map((each) => statSync(join(each.parentPath, each.name)).size);
  return { files: files.length, bytes: bytes.reduce((sum, each) => sum + each, 0) };
}

describe('the action on a runner', () => {
  it('starts from a clean checkout without a build and without development packages', () => {
    const actionPath = checkout();
    const repo = makeRepo();
    repo.commit('chore: begin', 'Ada Maker <1+ada@users.noreply.github.com>');
    repo.write('people.py', 'AUTHOR_MAP = {"jo@x.example": "jo-li"}\n');
    repo.commit('fix: order', 'Jo Li <jo@x.example>');
    repo.write('notes.md', '## Contributors\n\n- @ada\n');
    const inputs = { 'release-file': 'notes.md', authors: 'people.py', offline: 'true' };
    const env = npmOfThisMachine();
    const first = runAction(repo, { actionPath, inputs, env });
    expect(first.steps[0]!.err).toBe('');
    expect(first.steps[0]).toMatchObject({ name: 'Install', code: 0 });
    const again = runAction(repo, { actionPath, inputs, env });

    const installed = sizeOf(join(actionPath, 'node_modules'));
    const took = (name: string, { steps }: typeof first) =>
      `${name}: ${steps.map((each) => `${each.name} ${each.seconds.toFixed(1)} s`).join(', ')}`;
    console.log(
      [
        took('first run', first),
        took('packages there', again),
        `fetched: ${installed.files} files, ${(installed.bytes / 1e6).toFixed(0)} MB`,
      ].join('\n'),
    );
    expect(first.steps.map(({ name, code }) => [name, code])).toEqual([
      ['Install', 0],
      ['Audit', 1],
    ]);
    expect(first.steps.at(-1)!.out).toContain('title=Contributor missing::@jo-li');
    expect(first.steps.at(-1)!.err).toBe('');
    expect(existsSync(join(actionPath, 'dist'))).toBe(false);
    for (const name of ['typescript', 'vitest', '@biomejs', 'openai', 'grammy', 'zod'])
      expect(existsSync(join(actionPath, 'node_modules', name)), name).toBe(false);
  });
});
