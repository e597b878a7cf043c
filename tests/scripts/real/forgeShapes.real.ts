import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedFile } from '../../agents/real/installed.ts';
import { tempDir } from '../../harness/temp.ts';
import { fakeForgejo } from '../forge/forgejo-server.ts';
import { fakeGitLab } from '../forge/gitlab-server.ts';

// Our fakes were written by who wrote the clients. The types that others publish of these interfaces
// do not share a mistake of both: each answer must fit into them, field by field.

const ROOT = join(import.meta.dirname, '../../..');

/** What is wrong with answers as parts of published types; '' when nothing is. */
async function problems(
  declarations: { readonly name: string; readonly version: string; readonly path: string },
  answers: readonly [type: string, answer: unknown][],
): Promise<string> {
  const folder = tempDir();
  const { name, version, path } = declarations;
  copyFileSync(await publishedFile(name, version, path), join(folder, 'published.d.ts'));
  const lines = answers.map(
    ([type, answer], index) =>
      `export const a${index}: Part<T.${type}> = ${JSON.stringify(answer)};`,
  );
  writeFileSync(
    join(folder, 'answers.ts'),
    `import type * as T from './published.d.ts';
// Types of the package are open for fields that they do not know; here these are mistakes.
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };
type Part<T> = T extends (infer E)[] ? Part<E>[] : T extends object ? { [K in keyof Known<T>]?: Part<T[K]> | null } : T;
${lines.join('\n')}
`,
  );
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    module: 'nodenext',
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]);
    return '';
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout);
  }
}

const json = async (url: string, init?: RequestInit) => (await fetch(url, init)).json();

describe('the types that @gitbeaker/core publishes of GitLab', () => {
  const gitlab = { name: '@gitbeaker/core', version: '43.8.0', path: 'dist/index.d.ts' };
  it('have every field of our fake', async () => {
    const fake = await fakeGitLab();
    fake.mergeRequests.set(5, { author: 'ada', title: 'Keep order', description: 'Salvages !3.' });
    fake.mergeRequests.set(6, { author: 'ada' });
    const project = `${fake.apiUrl}/projects/acme%2Ftools%2Fapp`;
    const body = JSON.stringify({ tag_name: 'v1', name: 'v1', description: 'words' });
    const answers: [string, unknown][] = [
      ['MergeRequestSchema[]', await json(`${project}/merge_requests?iids[]=5&iids[]=6`)],
      ['ReleaseSchema', await json(`${project}/releases`, { method: 'POST', body })],
      ['ReleaseSchema', await json(`${project}/releases/v1`)],
      ['ReleaseSchema', await json(`${project}/releases/v1`, { method: 'PUT', body })],
    ];
    expect(await problems(gitlab, answers)).toBe('');
    expect(await problems(gitlab, [['ReleaseSchema', { tag: 'v1' }]])).toContain('"tag"');
  });
});

describe('the types that gitea-js generates from Gitea’s description', () => {
  const gitea = { name: 'gitea-js', version: '1.23.0', path: 'dist/index.d.ts' };
  it('have every field of our fake Forgejo', async () => {
    const fake = await fakeForgejo();
    fake.pulls.set(5, { login: 'ada', body: 'Salvages #3.' }).set(6, { login: null });
    fake.issues.add(7);
    fake.commits.set('0a', { email: 'a@x.example', login: 'ann' });
    const repo = `${fake.apiUrl}/repos/acme/app`;
    const body = JSON.stringify({ tag_name: 'v1', body: 'words' });
    const answers: [string, unknown][] = [
      ['PullRequest', await json(`${repo}/pulls/5`)],
      ['PullRequest[]', await json(`${repo}/pulls`)],
      ['Issue', await json(`${repo}/issues/7`)],
      ['Commit', await json(`${repo}/git/commits/0a`)],
      ['Release', await json(`${repo}/releases`, { method: 'POST', body })],
      ['Release[]', await json(`${repo}/releases`)],
    ];
    expect(await problems(gitea, answers)).toBe('');
    expect(await problems(gitea, [['PullRequest', { iid: 5 }]])).toContain('"iid"');
  });
});
