import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FIELDS } from '../../scripts/notes/template.ts';
import { ReleaseSchema } from '../../scripts/report/schemas.ts';
import { tempDir } from '../harness/temp.ts';
import { makeRepo, type Repo, run } from './support.ts';

const ADA = 'Ada Maker <1+ada@users.noreply.github.com>';

function began(): Repo {
  const repo = makeRepo();
  repo.commit('begin', ADA);
  repo.git('tag', 'v1.0.0');
  repo.commit('feat(queue): keep order (#12)', ADA);
  repo.commit('fix: <b>bold</b> @ada *stars*', 'Jo *Star* Li <jo@x.example>');
  return repo;
}

async function rendered(repo: Repo, template: string, name = 'notes.md', ...args: string[]) {
  repo.write(name, template);
  const file = join(repo.dir, name);
  const range = ['--repo', repo.dir, '--offline', '--date', '2026-02-03'];
  return run('release', [...range, '--template', file, ...args]);
}

describe('--template', () => {
  it("writes notes in the project's own words", async () => {
    const template = [
      '## {{title}} of {{date}}',
      '{{#sections}}',
      '### {{name}}',
      '{{#changes}}',
      '* {{#scope}}[{{scope}}] {{/scope}}{{text}}{{#pulls}} {{name}}{{/pulls}}',
      '{{/changes}}',
      '{{/sections}}',
      '{{#contributors.length}}',
      'Thanks to {{#contributors}}{{mention}} ({{work}}){{^last}}, {{/last}}{{/contributors}}!',
      '{{/contributors.length}}',
      '{{#helpers.length}}',
      'And to helpers',
      '{{/helpers.length}}',
      '{{^tag}}Not released{{/tag}}',
    ];
    const ran = await rendered(began(), template.join('\n'));
    expect(ran.out).toBe(
      [
        '## Unreleased of 2026-02-03',
        '### Features',
        '* [queue] keep order #12',
        '### Fixes',
        '* \\<b>bold\\</b> @\u200bada \\*stars\\*',
        'Thanks to @ada (1 commit), Jo \\*Star\\* Li (1 commit)!',
        'Not released',
        '',
      ].join('\n'),
    );
  });
  it('escapes for what the name of the template ends in', async () => {
    const repo = began();
    const template = '{{#sections}}{{#changes}}{{text}}|{{/changes}}{{/sections}}';
    const of = async (name: string, text = template) => (await rendered(repo, text, name)).out;
    expect(await of('notes.html')).toContain('&#60;b&#62;bold&#60;/b&#62; @ada *stars*');
    expect(await of('notes.html.mustache')).toContain('&#60;b&#62;');
    expect(await of('notes.txt')).toContain('<b>bold</b> @ada *stars*');
    expect(await of('notes.mustache')).toContain('\\<b>bold\\</b> @\u200bada');
    const raw = template.replace('{{text}}', '{{{text}}}');
    expect(await of('notes.md', raw), 'three braces say that it is wanted').toContain(
      '<b>bold</b> @ada',
    );
  });
  it.each([
    ['{{#sections}}\n{{txet}}{{/sections}}', ':2: there is no field "txet" (there are: '],
    ['\n\n{{range.since.nmae}}', ':3: there is no field "nmae"'],
    ['{{title.constructor}}', 'there is no field "constructor"'],
    ['{{__proto__}}', 'there is no field "__proto__"'],
    ['{{toString}}', 'there is no field "toString"'],
    ['\n{{#sections}}', ':2: Unclosed section "sections"'],
    ['{{title', ':1: Unclosed tag'],
    ['{{> other}}', 'a template is one file'],
  ])('says what is wrong with a template, and where: %j', async (template, message) => {
    const ran = await rendered(began(), template);
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) });
  });
  it('can name all that the schema has, and nothing else', () => {
    const names = new Set(['last', 'length', '.']);
    JSON.stringify(z.toJSONSchema(ReleaseSchema), (key, value) => {
      if (key === 'properties') for (const name of Object.keys(value)) names.add(name);
      return value;
    });
    expect([...FIELDS].sort()).toEqual([...names].sort());
  });
  it('can be named in release.yaml, and what it writes is audited and published', async () => {
    const repo = began();
    const remote = tempDir('sluice-remote-');
    repo.git('init', '-q', '--bare', '-b', 'main', remote);
    repo.git('remote', 'add', 'origin', remote);
    repo.write('release.yaml', 'template: notes.md.mustache\n');
    repo.write(
      'notes.md.mustache',
      '# {{title}}\n\nThanks to {{#contributors}}{{mention}} {{/contributors}}\n',
    );
    repo.git('config', 'user.name', 'Ada Maker');
    repo.git('config', 'user.email', '1+ada@users.noreply.github.com');
    repo.git('add', '-A');
    repo.commit('chore: a template', ADA);
    const publish = ['--repo', repo.dir, '--offline', '--bump', 'minor', '--publish'];
    expect(await run('release', publish)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is missing'),
    });
    expect(repo.git('tag')).toBe('v1.0.0');
    repo.write(
      'notes.md.mustache',
      '# {{title}}\n\n## Contributors\n\n{{#contributors}}\n- {{mention}}\n{{/contributors}}\n',
    );
    repo.git('add', '-A');
    repo.commit('fix: all of them', ADA);
    expect((await run('release', publish)).code).toBe(0);
    expect(repo.git('show', 'v1.1.0:release-notes/v1.1.0.md')).toBe(
      '# v1.1.0\n\n## Contributors\n\n- @ada\n- Jo \\*Star\\* Li',
    );
    const page = await rendered(repo, '{{title}}', 'page.html', '--publish', '--version', '2.0.0');
    expect(page).toMatchObject({ code: 2, err: expect.stringContaining('writes Markdown') });
    const absent = await run('release', ['--repo', repo.dir, '--template', '/nonexistent/x.md']);
    expect(absent).toMatchObject({ code: 2, err: expect.stringContaining('no such file') });
  });
});
