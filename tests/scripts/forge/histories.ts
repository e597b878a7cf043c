import { execFileSync } from 'node:child_process';
import { tempDir } from '../../harness/temp.ts';
import { makeRepo, type Repo } from '../support.ts';

/** What both commands are told of a release that is to be. */
export const VERSION = ['--version', '1.1.0', '--date', '2026-02-03'];

/** A history of v1.0.0 and what comes then, with a remote that is named as on its forge. */
export function history(
  origin: string,
  commits: (repo: Repo) => void,
): { repo: Repo; remote: string } {
  const repo = makeRepo();
  const remote = tempDir('sluice-remote-');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote]);
  // Named as on the forge, pushed to this machine.
  repo.git('remote', 'add', 'origin', origin);
  repo.git('config', `url.${remote}.insteadOf`, origin);
  repo.git('config', 'user.name', 'Ada Maker');
  repo.git('config', 'user.email', 'ada@home.example');
  repo.commit('chore: begin');
  repo.git('tag', 'v1.0.0');
  commits(repo);
  repo.git('push', '-q', 'origin', 'main', 'v1.0.0');
  return { repo, remote };
}

/** Merges what `work` commits, with a message of the forge. */
export function merged(repo: Repo, message: string, work: () => void): void {
  repo.git('checkout', '-q', '-b', 'work');
  work();
  repo.git('checkout', '-q', 'main');
  repo.git('merge', '-q', '--no-ff', '-m', message, 'work');
  repo.git('branch', '-q', '-D', 'work');
}
