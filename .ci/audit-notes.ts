// Audits this project's own release notes, offline, each over the range of its release: from the release
// before it to its own tag, never to HEAD. A clone without tags is asked which commit added the notes:
// that is the commit that the tag is put on. Exit 1 where an audit does not end with 0.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = 'release-notes';
const AUDIT_MS = 60_000;

function git(...args: string[]): string | undefined {
  try {
    const options = { cwd: ROOT, encoding: 'utf8', timeout: AUDIT_MS, stdio: 'pipe' } as const;
    return execFileSync('git', args, options).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The commit of a release: its tag's, or the one that added its notes. */
function commitOf(tag: string): string | undefined {
  return (
    git('rev-parse', '--verify', '--quiet', `refs/tags/${tag}^{commit}`) ??
    git('log', '--diff-filter=A', '-1', '--format=%H', '--', `${FOLDER}/${tag}.md`)
  );
}

const tags = (existsSync(join(ROOT, FOLDER)) ? readdirSync(join(ROOT, FOLDER)) : [])
  .filter((name) => /^v\d.*\.md$/.test(name))
  .map((name) => name.slice(0, -'.md'.length))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
if (tags.length === 0) process.stdout.write(`${FOLDER}/ holds no notes yet: nothing to audit.\n`);

let before: string | undefined;
for (const tag of tags) {
  const until = commitOf(tag);
  if (until === undefined) {
    process.stdout.write(`${tag}: its notes are not committed yet, so they have no range.\n`);
    continue;
  }
  const range = ['--until', until, ...(before === undefined ? [] : ['--since-tag', before])];
  const notes = ['--release-file', join(FOLDER, `${tag}.md`)];
  const args = ['scripts/contributor-audit.ts', '--offline', ...range, ...notes];
  process.stdout.write(`${tag}: ${args.join(' ')}\n`);
  const audit = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: 'inherit',
    timeout: AUDIT_MS,
  });
  if (audit.status !== 0) process.exitCode = 1;
  before = until;
}
