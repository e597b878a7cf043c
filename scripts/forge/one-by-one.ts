import type { CommitFact, Gap, PullFact } from '../attribution/facts.ts';
import { accountsGap, type PullAnswers } from './cached.ts';
import type { Connection } from './connection.ts';
import { isAbsent } from './error.ts';

/** Stop asking one by one after this many failures in a row: the network is not there. */
const GIVE_UP = 3;

/** A refusal or a limit holds for the next question as well. */
const REFUSALS = new Set([401, 403, 429]);

/**
 * Asks for pull requests one after the other. After a refusal, or a few failures in a row, nothing
 * more is asked, and the rest are gaps of the same reason.
 */
export async function pullsOneByOne(
  numbers: readonly number[],
  answers: PullAnswers,
  how: {
    ask(number: number): Promise<{ readonly fact: PullFact; readonly etag?: string | undefined }>;
    why(error: unknown): string;
    readonly onAsked?: Connection['onAsked'];
  },
): Promise<void> {
  let failures = 0;
  let last = '';
  for (const [index, number] of numbers.entries()) {
    if (failures >= GIVE_UP) {
      answers.gap(number, last);
      continue;
    }
    how.onAsked?.('pull requests asked for', index, numbers.length);
    try {
      const { fact, etag } = await how.ask(number);
      answers.fact(fact, etag);
      failures = 0;
    } catch (error) {
      const { status } = error as { status?: number };
      failures = status !== undefined && REFUSALS.has(status) ? GIVE_UP : failures + 1;
      last = how.why(error);
      answers.gap(number, last);
    }
  }
}

/**
 * Asks for commits one after the other, up to the first failure. A commit that was never pushed is
 * none; but of a repository that may not be seen every commit is "not there".
 */
export async function commitsOneByOne(
  shas: readonly string[],
  answer: (fact: CommitFact) => void,
  how: {
    /** The accounts of a commit's authors. */
    ask(sha: string): Promise<CommitFact['authors']>;
    /** Fails where the repository may not be seen. */
    see(): Promise<unknown>;
    why(error: unknown): string;
    readonly onAsked?: Connection['onAsked'];
  },
): Promise<Gap[]> {
  let seen = false;
  for (const [index, sha] of shas.entries()) {
    how.onAsked?.('commits asked for', index, shas.length);
    try {
      answer({ sha, authors: await how.ask(sha) });
      seen = true;
    } catch (error) {
      try {
        if (!isAbsent(error) && (error as { status?: number }).status !== 422) throw error;
        if (!seen) await how.see();
        seen = true;
      } catch (failure) {
        return [accountsGap(shas.length - index, how.why(failure))];
      }
    }
  }
  return [];
}
