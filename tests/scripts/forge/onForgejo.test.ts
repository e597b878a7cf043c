import { describe, expect, it } from 'vitest';
import { tempDir } from '../../harness/temp.ts';
import { run } from '../support.ts';
import { fakeForgejo } from './forgejo-server.ts';
import { history, merged, VERSION } from './histories.ts';

describe('a history of Forgejo', () => {
  const onForgejo = () =>
    history('ssh://git@codeberg.org/acme/app.git', (repo) => {
      merged(
        repo,
        "Merge pull request 'feat(queue): keep order' (#12) from jo_doe/app:order into main\n\nReviewed-on: https://codeberg.org/acme/app/pulls/12",
        () => repo.commit('first try', 'Jo Doe <jo@x.example>'),
      );
      repo.commit(
        'fix: stop twice (#13)\n\nReviewed-on: https://codeberg.org/acme/app/pulls/13\nCo-authored-by: Bea <bea@noreply.codeberg.org>',
      );
    });

  it('is read offline in its own words', async () => {
    const { repo } = onForgejo();
    const { out } = await run('release', ['--repo', repo.dir, '--offline', ...VERSION]);
    expect(out).toContain('- **queue**: keep order (#12, Jo Doe)');
    expect(out).toContain('- stop twice (#13, Ada Maker, @bea)');
    expect(out).toContain('https://codeberg.org/acme/app/compare/v1.0.0...v1.1.0');
  });

  it('is asked, and its draft is published', async () => {
    const { repo } = onForgejo();
    const server = await fakeForgejo();
    server.pulls.set(5, { login: 'old.hand' });
    server.pulls.set(12, { login: 'jo_doe', body: 'Salvages #5.' });
    server.pulls.set(13, { login: 'ada' });
    const [first] = repo.git('log', '--format=%H', '--author=Jo').split('\n');
    server.commits.set(first!, { email: 'jo@x.example', login: 'jo_doe' });
    server.releases.set('v1.1.0', { id: 3, body: 'to do', draft: true });
    const args = ['--repo', repo.dir, '--api-url', server.apiUrl, '--cache-dir', tempDir()];
    const token = { FORGEJO_TOKEN: 'made-up' };
    const notes = await run('release', [...args, ...VERSION], token);
    expect(notes.out).toContain('- **queue**: keep order (#12, @jo_doe, @old.hand)');
    const ran = await run('release', [...args, '--publish', ...VERSION], token);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toContain(`published the draft ${server.url}/acme/app/releases/tag/v1.1.0`);
    expect(server.releases.get('v1.1.0')).toMatchObject({ id: 3, draft: false });
    expect(server.requests.every((each) => each.headers.authorization === 'token made-up')).toBe(
      true,
    );
  });
});
