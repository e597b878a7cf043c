import { dialectOf } from '../attribution/dialect.ts';
import type { CommitFact, Forge, Gap, PullFact } from '../attribution/facts.ts';
import type { FactCache } from './cache.ts';
import { accountsGap, cached, type Merged, type PullAnswers } from './cached.ts';
import type { Connection } from './connection.ts';
import { whyNot } from './error.ts';
import { type GitlabApi, gitlabApi } from './gitlab-api.ts';

/** How many merge requests one page of a list can have. */
const BATCH = 100;
/**
 * How many commits one GraphQL query asks for. A query of somebody without a token may have a
 * complexity of 200, and each commit costs about ten.
 */
const COMMITS = 15;

/**
 * GitLab as a forge. Merge requests come from the REST API, a hundred at a time by their numbers
 * (`iids[]`). It does not say whose account a commit is on; GraphQL does (`Commit.author`, found by
 * any confirmed address of the account).
 */
export function gitlab(connection: Connection, cache: FactCache): Forge {
  const api = gitlabApi(connection);
  const { name, mark } = dialectOf('gitlab', connection.site.host);
  const why = (error: unknown) => whyNot(error, connection, name);
  return cached(cache, mark, {
    pulls: (numbers, answers) => mergeRequests(api, numbers, answers, why, connection),
    commits: (shas, answer) => commits(api, shas, answer, why, connection),
    merged: (since) => merged(api, since),
    why,
  });
}

type Why = (error: unknown) => string;

/** The fields that are read of a merge request (`GET /projects/:id/merge_requests`). */
interface MergeRequest {
  readonly iid: number;
  readonly title: string;
  readonly description: string | null;
  readonly author: { readonly username: string } | null;
  /** The last commit of its branch: on the main branch the same, where that was fast-forwarded. */
  readonly sha?: string | null;
  readonly squash_commit_sha?: string | null;
  readonly merge_commit_sha?: string | null;
}

async function* merged({ rest, project }: GitlabApi, since?: Date): AsyncGenerator<Merged> {
  const after = since === undefined ? '' : `&updated_after=${since.toISOString()}`;
  const order = `order_by=updated_at&sort=desc&per_page=${BATCH}${after}`;
  const path = `${project}/merge_requests?scope=all&state=merged&${order}`;
  for await (const page of rest.pages<MergeRequest>(path)) {
    for (const each of page) {
      const commits = [each.merge_commit_sha, each.squash_commit_sha, each.sha];
      yield { fact: factOf(each), commits };
    }
  }
}

async function mergeRequests(
  { rest, project }: GitlabApi,
  wanted: readonly number[],
  answers: PullAnswers,
  why: Why,
  { onAsked }: Connection,
): Promise<void> {
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    onAsked?.('merge requests asked for', at, wanted.length);
    const numbers = batch.map((number) => `iids[]=${number}`).join('&');
    const left = new Set(batch);
    try {
      const path = `${project}/merge_requests?scope=all&state=all&per_page=${BATCH}&${numbers}`;
      for await (const page of rest.pages<MergeRequest>(path)) {
        for (const each of page) {
          if (left.delete(each.iid)) answers.fact(factOf(each));
        }
      }
    } catch (error) {
      for (const number of left) answers.gap(number, why(error));
      // The next hundred would meet the same.
      for (const number of wanted.slice(at + BATCH)) answers.gap(number, why(error));
      return;
    }
    for (const number of left) answers.fact({ number, kind: 'absent', from: 'GitLab' });
  }
}

/** What somebody did whose account is deleted goes to the account "ghost". */
function factOf({ iid, title, description, author }: MergeRequest): PullFact {
  const login = author?.username;
  return {
    number: iid,
    kind: 'pull',
    from: 'GitLab',
    title,
    body: description ?? '',
    ...(login === undefined || /^ghost\d*$/.test(login) ? {} : { author: login }),
  };
}

interface Tree {
  readonly lastCommit: {
    readonly sha: string;
    readonly authorEmail: string | null;
    readonly author: { readonly username: string } | null;
  } | null;
}

async function commits(
  { graphql }: GitlabApi,
  wanted: readonly string[],
  answer: (fact: CommitFact) => void,
  why: Why,
  { onAsked }: Connection,
): Promise<Gap[]> {
  for (let at = 0; at < wanted.length; at += COMMITS) {
    const batch = wanted.slice(at, at + COMMITS);
    onAsked?.('commits asked for', at, wanted.length);
    const fields = batch.map(
      (sha, index) =>
        `c${index}: tree(ref: "${sha}") { lastCommit { sha authorEmail author { username } } }`,
    );
    try {
      const trees = await graphql<Tree>(fields);
      for (const [index, sha] of batch.entries()) {
        const commit = trees[`c${index}`]?.lastCommit;
        // A commit that was never pushed has no tree.
        if (commit?.sha !== sha) continue;
        const { author, authorEmail: email } = commit;
        answer({ sha, authors: author && email ? [{ login: author.username, email }] : [] });
      }
    } catch (error) {
      return [accountsGap(wanted.length - at, why(error))];
    }
  }
  return [];
}
