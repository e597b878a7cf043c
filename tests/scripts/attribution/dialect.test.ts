import { describe, expect, it } from 'vitest';
import { Assistants } from '../../../scripts/attribution/assistants.ts';
import { EMPTY_MAP, parseAuthorMap } from '../../../scripts/attribution/author-map.ts';
import { dialectOf, GITHUB } from '../../../scripts/attribution/dialect.ts';
import { Identities } from '../../../scripts/attribution/identities.ts';
import { landing, writtenOn } from '../../../scripts/attribution/landing.ts';
import { sourceClaims } from '../../../scripts/attribution/source/claims.ts';

const GITLAB = dialectOf('gitlab', 'gitlab.com');
const FORGEJO = dialectOf('forgejo', 'codeberg.org');

const landed = (message: string, dialect = GITLAB, repo = 'acme/tools/app', merge = false) =>
  landing({ subject: message.split('\n')[0]!, message, merge }, dialect, repo);

describe('where a commit of GitLab landed', () => {
  it.each([
    ["Merge branch 'x' into 'main'\n\nKeep order\n\nSee merge request acme/tools/app!12", 12],
    ["Merge branch 'x' into 'main'\n\nCloses #3\n\nSee merge request !12", 12],
    ['Keep order (!12)', 12],
    ['Keep order\n\nPart-of: <https://gitlab.com/acme/tools/app/-/merge_requests/12>', 12],
    ['Keep order\n\nSee merge request https://gitlab.com/acme/tools/app/-/merge_requests/12\n', 12],
    // It has moved here from another group.
    ["Merge branch 'x'\n\nSee merge request jo/app!12", 12],
    // A backport names the original first.
    [
      'x\n\nPart-of: <https://h/acme/app/-/merge_requests/9>\n\nPart-of: <https://h/acme/app/-/merge_requests/12>',
      12,
    ],
    ['Keep order (#12)', undefined],
    ["Merge branch 'x'\n\nSee merge request acme/other!12", undefined],
    ['Keep order\n\nSee the merge request for why', undefined],
    ["Merge branch 'main' of gitlab.com:acme/app", undefined],
  ])('is read from %j', (message, pr) => {
    expect(landed(message).pr).toBe(pr);
  });
});

describe('where a commit of Forgejo landed', () => {
  it.each([
    ["Merge pull request 'Keep order (in queues)' (#12) from jo/app:order into main", 12, 'jo'],
    ["Merge pull request 'Keep order' (#12) from order into main", 12, undefined],
    ["Merge pull request 'Keep order' (!12) from order into main", 12, undefined],
    ['Keep order (#12)\n\nReviewed-on: https://codeberg.org/acme/app/pulls/12', 12, undefined],
    ['Keep order (!12)', 12, undefined],
    ['Keep order\n\nReviewed-on: https://codeberg.org/acme/app/pulls/12\n', 12, undefined],
    ['Keep order\n\nReviewed-on: https://codeberg.org/acme/other/pulls/12', undefined, undefined],
  ])('is read from %j', (message, pr, owner) => {
    const merge = message.startsWith('Merge');
    expect(landed(message, FORGEJO, 'acme/app', merge)).toEqual({
      ...(pr === undefined ? {} : { pr }),
      ...(owner === undefined ? {} : { owner }),
    });
  });
  it('is told from GitHub’s own', () => {
    const on = (message: string, merge = false) => writtenOn({ message, merge });
    expect(on("Merge branch 'x' into 'main'\n\nSee merge request acme/app!12", true)).toBe(
      'gitlab',
    );
    expect(on('x\n\nPart-of: <https://gl.example/acme/app/-/merge_requests/12>')).toBe('gitlab');
    expect(on('x (#12)\n\nReviewed-on: https://codeberg.org/acme/app/pulls/12')).toBe('forgejo');
    expect(on('x\n\nReviewed-on: https://review.example/c/app/+/4410')).toBeUndefined();
    expect(on('Merge pull request #12 from jo/x\n\nKeep order', true)).toBeUndefined();
    expect(on('docs: explain\n\nSee merge request acme/app!12')).toBeUndefined();
  });
});

const claims = (text: string, dialect = GITLAB, repo = 'acme/tools/app') =>
  sourceClaims(`fix: x\n\n${text}`, { repo, dialect }).map(({ pr, people, line }) => ({
    pr,
    who: people.map((each) => each.login ?? each.name),
    line,
  }));

describe('a source in GitLab’s words', () => {
  it.each([
    ['Salvages !12 by @jo.doe.', 12, ['jo.doe']],
    ['Cherry-picked from !12', 12, []],
    ['Based on merge request !12 by @jo_doe', 12, ['jo_doe']],
    ['This reworks MR !12 (@ada)', 12, ['ada']],
    ['Supersedes MR #12.', 12, []],
    ['Original MR by @ada: acme/tools/app!12', 12, ['ada']],
    ['Carried over from https://gitlab.com/acme/tools/app/-/merge_requests/12', 12, []],
    ['Picked up from [!12](https://gitlab.com/acme/tools/app/-/merge_requests/12).', 12, []],
  ])('is read and quoted as it was written: %s', (text, pr, who) => {
    expect(claims(text)).toMatchObject([{ pr, who }]);
    expect(claims('Salvages !12 by @jo.doe.')[0]!.line).toBe('Salvages !12 by @jo.doe.');
  });
  it.each([
    'Salvages #12.', // An issue: nobody's work.
    'Cherry-picked from other/app!12',
    'Based on https://gitlab.com/other/app/-/merge_requests/12',
    'Based on https://gitlab.com/acme/tools/app/-/issues/12',
    'See https://gitlab.com/acme/tools/app/-/merge_requests/12#note_34',
    'Closes !12, fixes #3.',
    'Follow-up to !12.',
    'It works!12 of them fail.',
  ])('is not seen in %s', (text) => {
    expect(claims(text).filter(({ pr }) => pr !== undefined)).toEqual([]);
  });
});

describe('a source in Forgejo’s words', () => {
  it.each([
    ['Salvages #12 by @jo.doe.', ['jo.doe']],
    ['Based on !12 by @ada', ['ada']],
    ['Carried over from https://codeberg.org/acme/app/pulls/12', []],
    ['Cherry-picked from acme/app#12', []],
  ])('is read: %s', (text, who) => {
    expect(claims(text, FORGEJO, 'acme/app')).toMatchObject([{ pr: 12, who, line: text }]);
  });
});

describe('accounts of a forge', () => {
  const loginOf = (dialect: typeof GITHUB, email: string) => {
    const identities = new Identities(EMPTY_MAP, dialect);
    const identity = identities.of(identities.add({ name: 'Jo', email }));
    return { login: identity.login, weak: identity.joins.some((join) => join.weak) };
  };
  it.each([
    [GITLAB, '123-jo.doe@users.noreply.gitlab.com', 'jo.doe', false],
    [dialectOf('gitlab', 'gl.example'), '7-jo@users.noreply.gl.example', 'jo', false],
    [FORGEJO, 'jo_doe@noreply.codeberg.org', 'jo_doe', true],
    [dialectOf('forgejo', 'gitea.com'), '12+jo@noreply.gitea.com', 'jo', false],
    [dialectOf('forgejo', 'gitea.com'), 'jo@noreply.gitea.io', 'jo', true],
  ])('are known by its noreply addresses (%#)', (dialect, email, login, weak) => {
    expect(loginOf(dialect, email)).toEqual({ login, weak });
  });
  it('are not those of another forge: @jo is somebody else there', () => {
    for (const dialect of [GITLAB, FORGEJO])
      expect(loginOf(dialect, '123+jo@users.noreply.github.com').login).toBeUndefined();
    expect(loginOf(GITHUB, '123-jo@users.noreply.gitlab.com').login).toBeUndefined();
    expect(loginOf(GITLAB, '123-jo@users.noreply.gl.example').login).toBeUndefined();
    expect(loginOf(FORGEJO, 'jo@noreply.gitea.com').login).toBeUndefined();
  });
  it('can have dots and underscores in an AUTHOR_MAP where the forge allows them', async () => {
    const text = 'authors:\n  jo.doe_x: jo@x.example\n';
    expect((await parseAuthorMap(text, 'a.yaml', GITLAB)).people[0]!.login).toBe('jo.doe_x');
    await expect(parseAuthorMap(text, 'a.yaml')).rejects.toThrow("can't be a GitHub login");
  });
  it.each([
    'project_12_bot_0a1b2c@noreply.gitlab.com',
    'group_7_bot1@noreply.gl.example',
    'project_12_bot@noreply.gl.example',
  ])('of an access token are bots: %s', (email) => {
    expect(new Assistants().reason({ name: 'release', email })).toContain('access token');
    expect(new Assistants().loginReason(email.split('@')[0]!)).toContain('access token');
  });
  it('that only look like one are people', () => {
    expect(new Assistants().loginReason('project_botany')).toBeUndefined();
    expect(new Assistants().loginReason('group_12_bots')).toBeUndefined();
  });
});
