import { describe, expect, it } from 'vitest';
import { Assistants } from '../../../scripts/attribution/assistants.ts';
import { gitIn } from '../../../scripts/attribution/git.ts';
import { sourceClaims } from '../../../scripts/attribution/source/claims.ts';
import { previousTag } from '../../../scripts/attribution/tags.ts';
import { makeRepo } from '../support.ts';

describe('habits of projects, met in public histories', () => {
  it('a range does not begin at a tag that moves, where there is a version', async () => {
    const repo = makeRepo();
    repo.commit('one');
    repo.git('tag', 'nightly');
    repo.commit('two');
    const git = await gitIn(repo.dir);
    expect((await previousTag(git, 'HEAD', {})).tag).toBe('nightly');
    repo.git('tag', 'v1.0.0');
    repo.commit('three');
    repo.git('tag', '-f', 'nightly');
    repo.commit('four');
    expect((await previousTag(git, 'HEAD', {})).tag).toBe('v1.0.0');
  });

  it.each([
    'Retire the script (take #4)',
    'This makes more sense than the original fix for #78258.',
    'We have reports of this surprisingly regularly, including #2773.',
    'It accidentally reopened #943, fixed now.',
  ])('a number of an attempt, a report or a bug is no source: %s', (text) => {
    expect(sourceClaims(text)).toEqual([]);
  });

  it.each([
    ['l10n daemon script', 'scripty@kde.org'],
    ['Zuul', 'zuul@review.opendev.org'],
    ['OpenStack Proposal Bot', 'openstack-infra@lists.openstack.org'],
  ])("a project's own scripts are no people: %s", (name, email) => {
    expect(new Assistants().reason({ name, email })).toBeDefined();
  });
});
