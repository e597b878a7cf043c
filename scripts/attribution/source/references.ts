import type { Dialect } from '../dialect.ts';

/** The repository's name in a translated sentence, whatever its groups. */
const OURS = 'our/project';

/** How the references of a forge are read. */
export interface References {
  /** "owner/name" as translated sentences have it. */
  readonly repo: string | undefined;
  /** A sentence in GitHub's way of writing references, which the rules are made for. */
  translate(sentence: string): string;
}

const MERGE_REQUEST_URL =
  /\bhttps?:\/\/[^\s/]+\/([\w.+-]+(?:\/[\w.+-]+)+?)(?:\/-)?\/merge_requests\/(\d+)(#note_\d+)?[^\s)\],]*(?<!\.)/gi;
const ISSUE_URL =
  /\bhttps?:\/\/[^\s/]+\/[\w.+-]+(?:\/[\w.+-]+)+?\/-\/(?:issues|work_items|commit|epics)\/\w+[^\s)\],]*(?<!\.)/gi;

/**
 * GitLab numbers merge requests (`!12`) apart from issues (`#12`). A merge request becomes a pull
 * request; an issue becomes one of another repository, since it is nobody's work.
 */
export function gitlabReferences(repo: string | undefined): References {
  const place = (path: string) =>
    repo !== undefined && path.toLowerCase() === repo.toLowerCase() ? OURS : 'another/project';
  return {
    repo: OURS,
    translate: (sentence) =>
      sentence
        .replace(MERGE_REQUEST_URL, (_all, path: string, number: string, note?: string) => {
          const comment = note === undefined ? '' : '#issuecomment-1';
          // Without a repository all are ours, as the rules have it for pull requests.
          const where = repo === undefined ? OURS : place(path);
          return `https://forge.example/${where}/pull/${number}${comment}`;
        })
        .replace(ISSUE_URL, 'https://forge.example/another/project/issues/1')
        // "MR #12" is said of a merge request, "#12" alone of an issue.
        .replace(
          /(\b(?:MRs?|PRs?|(?:merge|pull)[ -]requests?) )?(?<![\w/&])#(?=\d)/gi,
          (_all, said?: string) => (said === undefined ? 'another/project#' : `${said}#`),
        )
        .replace(/([\w.+-]+(?:\/[\w.+-]+)+)!(?=\d)/g, (_all, path: string) => `${place(path)}#`)
        .replace(/\b(MRs?|PRs?|requests?)!(?=\d)/gi, '$1 #')
        .replace(/(?<![\w)!])!(?=\d)/g, '#')
        .replace(/\bmerge([ -]requests?)\b/gi, 'pull$1')
        .replace(/\bMR(s?)\b/g, 'PR$1'),
  };
}

/** Forgejo writes as GitHub does, and `!12` for a pull request as well. */
export function forgejoReferences(repo: string | undefined): References {
  return {
    repo,
    translate: (sentence) =>
      sentence.replace(/([\w.-]+\/[\w.-]+)!(?=\d)/g, '$1#').replace(/(?<![\w)!])!(?=\d)/g, '#'),
  };
}

/** The references of a forge; undefined for GitHub's, which need no translation. */
export function referencesOf(
  dialect: Dialect | undefined,
  repo: string | undefined,
): References | undefined {
  if (dialect?.kind === 'gitlab') return gitlabReferences(repo);
  return dialect?.kind === 'forgejo' ? forgejoReferences(repo) : undefined;
}
