import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { AuditSchema, ReleaseSchema, schemaText } from '../../scripts/report/schemas.ts';
import { makeRepo, run } from './support.ts';

const FILES = {
  'contributor-audit': ['contributor-audit.v1.schema.json', AuditSchema],
  release: ['release.v1.schema.json', ReleaseSchema],
} as const;
type Command = keyof typeof FILES;

const fileOf = (command: Command) =>
  readFileSync(join(import.meta.dirname, '../../schemas', FILES[command][0]), 'utf8');

/** The schema with nothing besides what it names: all that a command writes has to be described. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, each]) => [key, closed(each)]));
  return 'properties' in copy ? { ...copy, additionalProperties: false } : copy;
}

function faults(command: Command, output: string): unknown {
  const validate = new Ajv2020({ allErrors: true }).compile(
    closed(JSON.parse(fileOf(command))) as object,
  );
  validate(JSON.parse(output));
  return validate.errors;
}

describe('the schemas', () => {
  it.each(Object.keys(FILES) as Command[])('of %s is the one that is printed', async (command) => {
    const { code, out } = await run(command, ['--json-schema']);
    expect({ code, out }).toEqual({ code: 0, out: schemaText(FILES[command][1]) });
    expect(fileOf(command), `${command} --json-schema > schemas/…`).toBe(out);
  });
  it('hold for what both commands write, with everything in it', async () => {
    const repo = makeRepo();
    repo.commit('begin', 'Jo Li <jo@old.example>');
    repo.git('tag', 'v1.0.0');
    repo.commit('feat(queue)!: keep order (#12)', 'Ada Maker <1+ada@users.noreply.github.com>');
    const trailers = [
      'BREAKING CHANGE: the order is kept',
      'Co-authored-by: Jo Li <jo@new.example>',
      'Co-authored-by: Claude <noreply@anthropic.com>',
      'Reviewed-by: Una Ny <una@x.example>',
    ];
    repo.commit(`fix: order (salvages #7 by @eve)\n\nSupersedes #9.\n\n${trailers.join('\n')}`);
    repo.commit('fix: more (salvage #70)', 'jo <jo@users.noreply.github.com>');
    repo.write('notes.md', '## Contributors\n\n- @nobody-here\n- Una Earned (1 commit)\n');
    const range = ['--repo', repo.dir, '--offline', '--github', 'acme/app', '--helpers'];
    const json = [...range, '--format', 'json'];
    const plain = await run('contributor-audit', json);
    const notes = ['--release-file', join(repo.dir, 'notes.md')];
    const compared = await run('contributor-audit', [...json, ...notes]);
    const release = await run('release', [...json, '--bump', 'minor']);
    expect(faults('contributor-audit', plain.out)).toBeNull();
    expect(faults('contributor-audit', compared.out)).toBeNull();
    expect(faults('release', release.out)).toBeNull();

    const audit = JSON.parse(compared.out);
    for (const key of [
      'people',
      'helpers',
      'missing',
      'unearned',
      'unresolved',
      'filtered',
      'weak',
    ])
      expect(audit[key], key).not.toHaveLength(0);
    expect(audit).toMatchObject({ exitCode: 2, incomplete: [expect.any(String)] });
    expect(JSON.parse(release.out)).toMatchObject({
      kind: 'release',
      schemaVersion: 1,
      title: 'v1.1.0',
      tag: 'v1.1.0',
      version: '1.1.0',
      range: { since: { name: 'v1.0.0' }, paths: [] },
      sections: [
        {
          name: 'Breaking changes',
          changes: [
            { text: expect.any(String), people: expect.any(Array) },
            {
              scope: 'queue',
              isBreaking: true,
              pulls: [{ number: 12, name: '#12', url: 'https://github.com/acme/app/pull/12' }],
              people: [{ mention: '@ada', url: 'https://github.com/ada' }],
            },
          ],
        },
        { name: 'Fixes' },
      ],
      compareUrl: 'https://github.com/acme/app/compare/v1.0.0...v1.1.0',
    });
    repo.git('tag', 'v2.0.0');
    const made = await run('release', [...json, '--until', 'v2.0.0', '--since-tag', 'v2.0.0']);
    expect(faults('release', made.out)).toBeNull();
    expect(JSON.parse(made.out)).toMatchObject({ version: '2.0.0', sections: [] });
  });
  it('are not for notes, nor for publishing', async () => {
    const repo = makeRepo();
    for (const other of [['--publish'], ['--template', 'x.md']]) {
      const ran = await run('release', ['--repo', repo.dir, '--format', 'json', ...other]);
      expect(ran).toMatchObject({
        code: 2,
        err: expect.stringContaining('--format json excludes'),
      });
    }
  });
});
