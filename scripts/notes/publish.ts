import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CannotCheck, ReleaseFailed } from '../attribution/errors.ts';
import type { Git } from '../attribution/git.ts';
import type { Releases } from '../forge/releases.ts';

export interface Publication {
  readonly git: Git;
  readonly remote: string;
  readonly tag: string;
  /** The notes' path inside the repository. */
  readonly notesPath: string;
  /** Written only when the tag does not exist yet; afterwards the committed file counts. */
  readonly notes: string;
  readonly releases?: Releases;
  readonly say: (line: string) => void;
}

/** How far an earlier run came. */
export type Standing = 'nothing' | 'committed' | 'tagged' | 'pushed';

/** What the look before the work found. */
export interface Checked {
  readonly branch: string;
  readonly standing: Standing;
}

/**
 * Looks at everything that can be looked at before anything is done.
 * @throws CannotCheck for a dirty tree, a detached HEAD, an unreachable remote, or a tag that is
 * somewhere else.
 */
export async function checkPublication(p: Publication): Promise<Checked> {
  const { git, tag, remote } = p;
  const branch = await tryRun(git, ['symbolic-ref', '--quiet', '--short', 'HEAD']);
  if (branch === undefined) throw new CannotCheck('HEAD is detached; check a branch out first');
  const status = await git.run(['status', '--porcelain=v1', '-z', '--untracked-files=all']);
  const dirty = status.split('\0').filter((line) => line !== '' && line.slice(3) !== p.notesPath);
  if (dirty.length > 0) {
    throw new CannotCheck(
      `the work tree has changes (${dirty[0]!.slice(3)}, ${dirty.length} in all); commit them first`,
    );
  }
  if ((await tryRun(git, ['check-ref-format', `refs/tags/${tag}`])) === undefined) {
    throw new CannotCheck(`"${tag}" can't be the name of a tag`);
  }
  const listed = await tryRun(git, [
    'ls-remote',
    '--tags',
    remote,
    `refs/tags/${tag}`,
    `refs/tags/${tag}^{}`,
  ]);
  if (listed === undefined) throw new CannotCheck(`the remote ${remote} can't be reached`);
  const head = await tryRun(git, ['rev-parse', 'HEAD']);
  const local = await tryRun(git, [
    'rev-parse',
    '--verify',
    '--quiet',
    `refs/tags/${tag}^{commit}`,
  ]);
  if (local !== undefined && local !== head) {
    throw new CannotCheck(
      `the tag ${tag} exists at ${local.slice(0, 9)}, which is not HEAD; choose another version`,
    );
  }
  const theirs = listed
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0]!);
  if (theirs.length > 0 && (local === undefined || !theirs.includes(local))) {
    throw new CannotCheck(
      `the remote ${remote} has a tag ${tag} already; fetch it, or choose another version`,
    );
  }
  return {
    branch,
    standing:
      theirs.length > 0
        ? 'pushed'
        : local !== undefined
          ? 'tagged'
          : (await isReleaseCommit(p))
            ? 'committed'
            : 'nothing',
  };
}

/**
 * Commits the notes, tags, pushes both at once, and writes the forge's release. Goes on from
 * where an earlier run stopped. A step that fails before the push is undone.
 * @throws ReleaseFailed saying what stands.
 */
export async function publish(p: Publication, { branch, standing }: Checked): Promise<void> {
  const before = (await p.git.run(['rev-parse', 'HEAD'])).trim();
  let notes = p.notes;
  if (standing === 'nothing') await commitAndTag(p, before);
  else {
    notes = await committedNotes(p);
    const what = standing === 'committed' ? `the commit of ${p.tag}` : p.tag;
    p.say(`${what} exists already; going on from there`);
    if (standing === 'committed') await p.git.run(['tag', '-a', p.tag, '-m', p.tag]);
  }
  if (standing !== 'pushed') {
    try {
      await p.git.run([
        'push',
        '--atomic',
        p.remote,
        `HEAD:refs/heads/${branch}`,
        `refs/tags/${p.tag}`,
      ]);
      p.say(`pushed ${branch} and ${p.tag} to ${p.remote}`);
    } catch (error) {
      // Gone between the push and its answer? Then the remote has it, and nothing may be undone.
      const listed = await tryRun(p.git, ['ls-remote', '--tags', p.remote, `refs/tags/${p.tag}`]);
      if (listed === undefined) {
        throw new ReleaseFailed(
          `the push failed and ${p.remote} can't be asked whether it arrived; the commit and the tag ${p.tag} stand here. Run the same command again. (${lineOf(error)})`,
        );
      }
      if (listed === '') {
        if (standing === 'nothing') await undo(p, before);
        const state =
          standing === 'nothing'
            ? 'the commit and the tag are undone, nothing stands'
            : `the tag ${p.tag} stands here only`;
        throw new ReleaseFailed(`the push was rejected; ${state}. (${lineOf(error)})`);
      }
    }
  }
  if (p.releases === undefined) {
    p.say(
      'no release is created: the remote is on no forge that is known here ("forge" in release.yaml says which it is)',
    );
    return;
  }
  try {
    const release = await p.releases.find(p.tag);
    if (release === undefined)
      p.say(`created ${await p.releases.create({ tag: p.tag, body: notes })}`);
    else if (release.draft)
      p.say(`published the draft ${await p.releases.update(release, p.tag, notes)}`);
    else if (release.body.trim() === notes.trim()) p.say(`the release is there: ${release.url}`);
    else p.say(`updated ${await p.releases.update(release, p.tag, notes)}`);
  } catch (error) {
    throw new ReleaseFailed(
      `${p.tag} is pushed, but its release could not be written; run the same command again. (${lineOf(error)})`,
    );
  }
}

async function commitAndTag(p: Publication, before: string): Promise<void> {
  const file = join(p.git.dir, p.notesPath);
  const old = await readFile(file, 'utf8').catch(() => undefined);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, p.notes);
    await p.git.run(['add', '--', p.notesPath]);
    await p.git.run(['commit', '--quiet', '-m', messageOf(p), '--', p.notesPath]);
    await p.git.run(['tag', '-a', p.tag, '-m', p.tag]);
    p.say(`committed ${p.notesPath} and tagged ${p.tag}`);
  } catch (error) {
    await undo(p, before);
    if (old === undefined) await rm(file, { force: true });
    else await writeFile(file, old);
    throw new ReleaseFailed(`committing or tagging failed; nothing stands. (${lineOf(error)})`);
  }
}

/** Back to where the run began; only refs and the one file of ours are touched. */
async function undo(p: Publication, before: string): Promise<void> {
  await tryRun(p.git, ['tag', '-d', p.tag]);
  await tryRun(p.git, ['reset', '--quiet', '--mixed', before]);
  const had = await tryRun(p.git, ['cat-file', '-e', `${before}:${p.notesPath}`]);
  if (had === undefined) await rm(join(p.git.dir, p.notesPath), { force: true });
  else await tryRun(p.git, ['checkout', '--quiet', before, '--', p.notesPath]);
}

function messageOf(p: Publication): string {
  return `chore(release): ${p.tag}`;
}

/** Whether HEAD is what a run leaves that ended between its commit and its tag. */
async function isReleaseCommit(p: Publication): Promise<boolean> {
  const [subject, ...files] = (
    (await tryRun(p.git, ['log', '-1', '-z', '--name-only', '--format=%s', 'HEAD'])) ?? ''
  ).split('\0');
  const touched = files.map((each) => each.trim()).filter(Boolean);
  return subject === messageOf(p) && touched.length === 1 && touched[0] === p.notesPath;
}

async function committedNotes(p: Publication): Promise<string> {
  const text = await tryRun(p.git, ['show', `HEAD:${p.notesPath}`]);
  if (text === undefined) {
    throw new CannotCheck(
      `the tag ${p.tag} exists, but ${p.notesPath} is not in it; it was not made by this command`,
    );
  }
  return `${text}\n`;
}

async function tryRun(git: Git, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await git.run(args)).trim();
  } catch {
    return undefined;
  }
}

function lineOf(error: unknown): string {
  const lines = (error as Error).message.trim().split('\n');
  return (lines.find((line) => /error|fatal|rejected|denied/i.test(line)) ?? lines[0] ?? '').trim();
}
