import { describe, expect, it } from 'vitest';
import { Progress, progressLine } from '../../scripts/cli/progress.ts';
import { makeRepo, run } from './support.ts';

describe('progress', () => {
  it('shows a bar, counts and the time that is left', () => {
    expect(progressLine('commits read', 500, 1000, 2000)).toBe(
      '[######..................] 500/2000 commits read, 3 s left',
    );
    expect(progressLine('commits read', 500, 1000)).toBe('500 commits read');
  });
  it('draws on a terminal, wipes its line at the end, and is silent in a pipe or when unwanted', () => {
    const drawn = (errIsTerminal: boolean, wanted: boolean) => {
      let text = '';
      const progress = new Progress({ err: (more) => (text += more), errIsTerminal }, wanted);
      progress.count('commits read', 1, 2);
      progress.step('asking');
      progress.end();
      return text;
    };
    expect(drawn(true, true)).toContain('1/2 commits read');
    expect(drawn(true, true).endsWith('\r\u001b[2K')).toBe(true);
    expect(drawn(false, true)).toBe('');
    expect(drawn(true, false)).toBe('');
  });
  it('says in a pipe too that it waits', () => {
    let text = '';
    const io = { err: (more: string) => (text += more), errIsTerminal: false };
    new Progress(io, true).wait(9, 'rate limit');
    expect(text).toBe('rate limit: waiting 9 s\n');
  });
});

describe('the words of a run', () => {
  const said = async (terminal: boolean, ...args: string[]) => {
    const repo = makeRepo();
    repo.commit('a', 'Mo <7+mo@users.noreply.github.com>');
    repo.write('notes.md', '## Contributors\n\n- @mo\n');
    const notes = ['--release-file', `${repo.dir}/notes.md`];
    return run(
      'contributor-audit',
      ['--repo', repo.dir, '--offline', ...notes, ...args],
      {},
      terminal,
    );
  };
  it('has colours on a terminal only', async () => {
    expect((await said(true)).out).toContain('\u001b[32mEveryone is credited.');
    expect((await said(false)).out).not.toContain('\u001b');
  });
  it('is nothing with --quiet when all is well, and all evidence with --verbose', async () => {
    expect(await said(false, '--quiet')).toEqual({ code: 0, out: '', err: '' });
    expect((await said(false, '--verbose')).out).toMatch(/@mo {2}author 1\n {4}[0-9a-f]{9} “a”/);
  });
  it('is a table in Markdown, in which nobody is pinged', async () => {
    const { out } = await said(false, '--format', 'markdown');
    expect(out).toContain('Nobody is missing.');
    expect(out).not.toMatch(/(?<!`)@mo/);
  });
});
