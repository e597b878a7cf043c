import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditJson, makeRepo, run } from './support.ts';

const offline = (repo: { dir: string }) => ['--repo', repo.dir, '--offline'];

/** A range of a person, an agent's account and a product at an address that tells nothing. */
function range(map?: string) {
  const repo = makeRepo();
  mkdirSync(join(repo.dir, 'release-notes'));
  if (map !== undefined) repo.write('release-notes/authors.yaml', map);
  repo.commit('feat: a', 'Ada Lovelace <7+ada@users.noreply.github.com>');
  repo.commit('feat: b', 'ada-agent <9+ada-agent@users.noreply.github.com>');
  repo.commit('feat: c\n\nCo-authored-by: Goose <goose@desk.invalid>');
  return repo;
}

const names = (list: readonly { who: string }[]) => list.map(({ who }) => who).sort();

describe('who may be an assistant or a bot', () => {
  it('is credited, and told apart with the reason and the line that decides it', async () => {
    const { ids, report } = await auditJson(range());
    expect(ids).toEqual(expect.arrayContaining(['@ada', '@ada-agent']));
    expect(names(report.suspects)).toEqual(['@ada-agent', 'Goose <goose@desk.invalid>']);
    const agent = report.suspects.find(({ who }) => who === '@ada-agent')!;
    expect(agent.reason).toContain('calls itself a machine');
    expect(agent.machine).toBe('ignore: [ada-agent]');
    expect(agent.person).toBe('people: [ada-agent]');
    expect(agent.evidence[0]!.line).toBe('feat: b');
  });

  it.each(['text', 'markdown', 'github'])('stands in the report as %s', async (format) => {
    const { out } = await run('contributor-audit', [...offline(range()), '--format', format]);
    expect(out).toContain('calls itself a machine');
    expect(out).toContain('ignore: [ada-agent]');
    expect(out).toContain('people: [ada-agent]');
  });

  it('is marked where the notes miss them, and on the page', async () => {
    const repo = range();
    const page = join(repo.dir, 'page.html');
    repo.write('notes.md', '# v1\n\n## Contributors\n\n- @ada\n');
    const args = ['--release-file', join(repo.dir, 'notes.md'), '--html', page];
    const { out } = await run('contributor-audit', [...offline(repo), ...args]);
    expect(out).toMatch(/Missing in the notes.*@ada-agent.*may be a machine: /s);
    expect(readFileSync(page, 'utf8')).toContain('people: [ada-agent]');
  });

  it('is a finding with --strict only', async () => {
    const repo = makeRepo();
    repo.commit('feat: b', 'ada-agent <9+ada-agent@users.noreply.github.com>');
    const args = offline(repo);
    expect((await run('contributor-audit', args)).code).toBe(0);
    expect((await run('contributor-audit', [...args, '--strict'])).code).toBe(1);
  });

  it('is left out by the suggested line, and shown with what was left out', async () => {
    const { ids, report } = await auditJson(range('ignore: [ada-agent, goose@desk.invalid]\n'));
    expect(ids).not.toContain('@ada-agent');
    expect(report.suspects).toEqual([]);
    const ignored = report.filtered.filter(({ reason }) => reason.includes('AUTHOR_MAP'));
    expect(ignored).toHaveLength(2);
  });

  it.each([
    ['people: [ada-agent, goose@desk.invalid]\n'],
    ['authors:\n  ada-agent: {}\n  goosey: { addresses: [goose@desk.invalid] }\n'],
  ])('stays, and is asked for no more, by %j', async (map) => {
    const { ids, report } = await auditJson(range(map));
    expect(ids).toContain('@ada-agent');
    expect(report.suspects).toEqual([]);
  });

  it('is nobody of whose identities another is a person’s', async () => {
    const repo = makeRepo();
    repo.write('.mailmap', 'Ada Lovelace <ada@x.example.org> ada-bot <ada-bot@x.pier>\n');
    repo.commit('feat: a', 'Ada Lovelace <ada@x.example.org>');
    repo.commit('feat: b\n\nCo-authored-by: ada-bot <ada-bot@x.pier>');
    expect((await auditJson(repo)).report.suspects).toEqual([]);
  });

  it('is told by the release, which names them', async () => {
    const { out, err } = await run('release', offline(range()));
    expect(out).toContain('@ada-agent');
    expect(err).toContain('note: @ada-agent may be a machine');
  });
});
