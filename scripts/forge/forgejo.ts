import { dialectOf } from '../attribution/dialect.ts';
import type { CommitFact, Forge, Gap, PullFact } from '../attribution/facts.ts';
import type { FactCache } from './cache.ts';
import { cached, type Merged, type PullAnswers } from './cached.ts';
import type { Connection } from './connection.ts';
import { isAbsent, whyNot } from './error.ts';
import { type ForgejoApi, forgejoApi } from './forgejo-api.ts';
import { commitsOneByOne, pullsOneByOne } from './one-by-one.ts';

/** What a page of a list can have by default (`MAX_RESPONSE_ITEMS`). */
const PAGE = 50;
/** From so many on, lists are paged through before the rest is asked for one by one. */
const WORTH_A_LIST = 5;

/** Forgejo and Gitea as a forge: REST only, a pull request or a commit for each request. */
export function forgejo(connection: Connection, cache: FactCache): Forge {
  const api = forgejoApi(connection);
  const { name } = dialectOf('forgejo', connection.site.host);
  const asking: Asking = {
    ...api,
    from: name,
    why: (error) => whyNot(error, connection, name),
    connection,
  };
  return cached(cache, '#', {
    async pulls(numbers, answers) {
      const left = await fromLists(asking, numbers, answers);
      await pullsOneByOne(left, answers, {
        ask: (number) => pull(asking, number, answers),
        why: asking.why,
        onAsked: connection.onAsked,
      });
    },
    commits: (shas, answer) => commits(asking, shas, answer),
    merged: (since) => merged(asking, since),
    why: asking.why,
  });
}

interface Asking extends ForgejoApi {
  readonly from: string;
  readonly why: (error: unknown) => string;
  readonly connection: Connection;
}

/** The fields that are read of a pull request. */
interface Pull {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly user: { readonly id: number; readonly login: string } | null;
  readonly merged?: boolean;
  readonly merge_commit_sha?: string | null;
  readonly updated_at?: string;
}

/** A deleted account is number -1, "Ghost". */
function factOf({ number, title, body, user }: Pull, from: string): PullFact {
  const author = user === null || user.id <= 0 ? {} : { author: user.login };
  return { number, kind: 'pull', from, title, body: body ?? '', ...author };
}

async function* merged({ rest, repo, from }: Asking, since?: Date): AsyncGenerator<Merged> {
  const path = `${repo}/pulls?state=closed&sort=recentupdate&limit=${PAGE}&page=1`;
  for await (const page of rest.pages<Pull>(path)) {
    for (const each of page) {
      if (since !== undefined && Date.parse(each.updated_at ?? '') < since.getTime()) return;
      if (each.merged) yield { fact: factOf(each, from), commits: [each.merge_commit_sha] };
    }
  }
}

/**
 * Pages through the pull requests as long as pages have wanted ones; a release's are the newest, and
 * these come first. Gives the numbers that were not met.
 */
async function fromLists(
  { rest, repo, from, connection }: Asking,
  numbers: readonly number[],
  answers: PullAnswers,
): Promise<number[]> {
  const left = new Set(numbers);
  if (left.size < WORTH_A_LIST) return [...left];
  try {
    for await (const page of rest.pages<Pull>(`${repo}/pulls?state=all&limit=${PAGE}&page=1`)) {
      const met = page.filter(({ number }) => left.delete(number));
      for (const each of met) answers.fact(factOf(each, from));
      connection.onAsked?.('pull requests asked for', numbers.length - left.size, numbers.length);
      if (met.length < WORTH_A_LIST || left.size < WORTH_A_LIST) break;
    }
  } catch {
    // Each of the rest is asked for, and tells what is wrong.
  }
  return [...left];
}

/** One pull request, or what else the number is. */
async function pull(
  { rest, repo, from }: Asking,
  number: number,
  answers: PullAnswers,
): Promise<{ fact: PullFact; etag?: string | undefined }> {
  const stored = answers.stored(number);
  const etag = stored?.etag;
  try {
    const { status, data, headers } = await rest.ask<Pull>(`${repo}/pulls/${number}`, { etag });
    if (status === 304 && stored !== undefined) return { fact: stored.fact, etag };
    return { fact: factOf(data, from), etag: headers.get('etag') ?? undefined };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return { fact: await issueOrAbsent(rest, repo, number, from) };
  }
}

/** Issues and pull requests share their numbers. Only "not there" means absent. */
async function issueOrAbsent(
  rest: ForgejoApi['rest'],
  repo: string,
  number: number,
  from: string,
): Promise<PullFact> {
  try {
    await rest.ask(`${repo}/issues/${number}`);
    return { number, kind: 'issue', from };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    // A repository that may not be seen is "not there" as well.
    await rest.ask(repo);
    return { number, kind: 'absent', from };
  }
}

/** The fields that are read of a commit; `author` is the account, null where there is none. */
interface Commit {
  readonly author: { readonly id: number; readonly login: string } | null;
  readonly commit: { readonly author: { readonly email: string } };
}

function commits(
  { rest, repo, why, connection }: Asking,
  wanted: readonly string[],
  answer: (fact: CommitFact) => void,
): Promise<Gap[]> {
  return commitsOneByOne(wanted, answer, {
    async ask(sha) {
      const path = `${repo}/git/commits/${sha}?stat=false&verification=false&files=false`;
      const { author, commit } = (await rest.ask<Commit>(path)).data;
      // A commit whose address is nobody's can come with an account without a number.
      const known = author !== null && author.id > 0;
      return known ? [{ login: author.login, email: commit.author.email }] : [];
    },
    see: () => rest.ask(repo),
    why,
    onAsked: connection.onAsked,
  });
}
