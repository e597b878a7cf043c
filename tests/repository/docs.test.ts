import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../gateway/cli/program.ts';
import { commandLines } from './commandLines.ts';
import { brokenLinks } from './links.ts';
import { logLines } from './logLines.ts';
import { filesBelow, ROOT } from './sources.ts';

const documents = filesBelow('README.md', 'docs').filter((f) => f.path.endsWith('.md'));
const exists = (path: string) => existsSync(join(ROOT, path));

describe('the documents', () => {
  it('link only to what is there', () => {
    expect(documents.map((d) => d.path)).toContain('README.md');
    expect(brokenLinks(documents, exists)).toEqual([]);
  });

  it.each([
    ['a file that is absent', '[x](docs/absent.md)'],
    ['a picture that is absent', '![x](docs/absent.png "title")'],
    ['a heading that is absent', '[x](#no-such-heading)'],
    ['a heading of another document that is absent', '[x](docs/b.md#absent)'],
  ])('are told of a link to %s', (_what, text) => {
    const other = { path: 'docs/b.md', text: '# There' };
    expect(brokenLinks([{ path: 'a.md', text }, other], (p) => p === 'docs/b.md')).toHaveLength(1);
  });

  it('may link to headings, and to other sites; code holds no links', () => {
    const text = '# One, two: `three`\n[a](#one-two-three) [b](https://x.example/y) `[c](d)`';
    expect(brokenLinks([{ path: 'a.md', text }], (p) => p === 'a.md')).toEqual([]);
  });
});

/** What commander says to a command line, without carrying it out; undefined where it would run. */
async function complaint(words: readonly string[]): Promise<string | undefined> {
  const program = await buildProgram(words);
  const said: string[] = [];
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: (t) => said.push(t) });
    if (command.commands.length === 0) command.action(() => {});
    command.commands.forEach(quiet);
  };
  quiet(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    return code?.startsWith('commander.help') || code === 'commander.version'
      ? undefined
      : said.join('').trim() || String(error);
  }
}

describe('the command lines in the documents', () => {
  const lines = commandLines(documents);

  it('are found, and each is one that sluice understands', async () => {
    expect(lines.length).toBeGreaterThan(60);
    const wrong: string[] = [];
    for (const { path, words } of lines) {
      const why = await complaint(words);
      if (why !== undefined) wrong.push(`${path}: sluice ${words.join(' ')}: ${why}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each(['sluice frobnicate', 'sluice restart --gently', 'sluice trace'])(
    'are told of `%s`',
    async (line) => {
      const [found] = commandLines([{ path: 'a.md', text: `\`${line}\`` }]);
      expect(await complaint(found?.words ?? [])).toBeDefined();
    },
  );
});

describe('docs/messages.md', () => {
  const sources = filesBelow('gateway').filter((f) => f.path.endsWith('.ts'));
  const page = documents.find((d) => d.path === 'docs/messages.md')?.text ?? '';

  it('explains every warning and error that the gateway logs', () => {
    const lines = logLines(sources);
    expect(lines.length).toBeGreaterThan(40);
    expect(lines.filter((line) => !page.includes(line))).toEqual([]);
  });

  it('is told of a line that is not there', () => {
    const name = '$' + '{name}';
    const text = `log.warn({ err: error }, \`the ${name} fell over; trying again\`);\nlog('error', 'x y');`;
    expect(logLines([{ path: 'gateway/x.ts', text }])).toEqual(['fell over; trying again', 'x y']);
  });
});
