import { type Dialect, type ForgeKind, GITHUB } from './dialect.ts';

/** The pull request that a commit landed with, and of a merged one the fork's owner. */
export interface Landing {
  readonly pr?: number;
  readonly owner?: string;
}

/** A commit as far as it can say where it landed. */
export interface Landable {
  readonly subject: string;
  readonly message: string;
  readonly merge: boolean;
}

/**
 * Reads where a commit landed from what its forge writes into it.
 * @param repo of the history: another project's number is none of ours
 */
export function landing(commit: Landable, dialect: Dialect = GITHUB, repo?: string): Landing {
  const squashed = squashMark(commit.subject, dialect.landingMarks);
  if (squashed !== undefined) return { pr: squashed.pr };
  if (dialect.kind === 'gitlab') return gitlabLanding(commit.message, repo);
  if (dialect.kind === 'forgejo') return forgejoLanding(commit, repo);
  return commit.merge ? githubLanding(commit.subject) : NONE;
}

/**
 * Which other forge than GitHub a commit says that it landed on: on a mirror its number is none of
 * GitHub's. Every commit is asked.
 */
export function writtenOn({
  message,
  merge,
}: Pick<Landable, 'message' | 'merge'>): ForgeKind | undefined {
  if (merge && message.includes('\nSee merge request ')) return 'gitlab';
  if (message.includes('\nPart-of: <http')) return 'gitlab';
  // Gerrit's line of that name leads to no pull request.
  return message.includes('\nReviewed-on: http') &&
    /\nReviewed-on: http\S+\/pulls\/\d/.test(message)
    ? 'forgejo'
    : undefined;
}

/** GitHub's merge commit, and that of a merge bot. */
function githubLanding(subject: string): Landing {
  const match = /^Merge (?:pull request |PR |)#(\d+)(?: from ([\w-]+)\/)?/i.exec(subject);
  const auto = /^Auto merge of #(\d+) - ([\w-]+):/.exec(subject);
  const found = match ?? auto;
  if (found === null) return NONE;
  return { pr: Number(found[1]), ...(found[2] === undefined ? {} : { owner: found[2] }) };
}

/** `See merge request group/name!12` of GitLab, `Part-of: <…/-/merge_requests/12>` of a merge bot. */
const SEE =
  /^(?:See merge request|Part-of:|Merge-request:)\s+<?(?:https?:\/\/[^\s/]+\/)?([\w.+-]+(?:\/[\w.+-]+)*?)?(?:!|(?:\/-)?\/merge_requests\/)(\d+)>?\s*$/gim;

function gitlabLanding(message: string, repo: string | undefined): Landing {
  if (!message.includes('merge_requests/') && !/merge[ -]request/i.test(message)) return NONE;
  for (const [, path, number] of [...message.matchAll(SEE)].reverse())
    if (isOurs(path, repo)) return { pr: Number(number) };
  return NONE;
}

/** `Merge pull request 'title' (#12) from owner/name:branch into main`. */
const FORGEJO_MERGE = /^Merge pull request '.*' \([#!](\d+)\) from (?:([\w.-]+)\/[\w.-]+:)?/;
const REVIEWED_ON = /^Reviewed-on:\s+https?:\/\/[^\s/]+\/(\S+)\/pulls\/(\d+)\s*$/gim;

function forgejoLanding({ subject, message, merge }: Landable, repo: string | undefined): Landing {
  const merged = merge ? FORGEJO_MERGE.exec(subject) : null;
  if (merged !== null) {
    return { pr: Number(merged[1]), ...(merged[2] === undefined ? {} : { owner: merged[2] }) };
  }
  if (!message.includes('/pulls/')) return merge ? githubLanding(subject) : NONE;
  for (const [, path, number] of [...message.matchAll(REVIEWED_ON)].reverse())
    if (isOurs(path, repo)) return { pr: Number(number) };
  return NONE;
}

/**
 * Whether a number of a project is one of ours. A project that has moved to another group or host
 * keeps its name and its numbers.
 */
function isOurs(path: string | undefined, repo: string | undefined): boolean {
  const name = (each: string) => each.slice(each.lastIndexOf('/') + 1).toLowerCase();
  return path === undefined || repo === undefined || name(path) === name(repo);
}

const NONE: Landing = {};

/** The ` (#12)` at the end of a subject, and where it begins. Every commit is asked: no pattern. */
export function squashMark(
  subject: string,
  marks = '#',
): { pr: number; start: number } | undefined {
  let at = subject.trimEnd().length - 1;
  if (subject[at] !== ')') return undefined;
  let pr = 0;
  let unit = 1;
  for (at -= 1; isDigit(subject.charCodeAt(at)); at -= 1) {
    pr += (subject.charCodeAt(at) - ZERO) * unit;
    unit *= 10;
  }
  if (unit === 1 || at < 1 || !marks.includes(subject[at]!) || subject[at - 1] !== '(')
    return undefined;
  return { pr, start: subject.slice(0, at - 1).trimEnd().length };
}

const ZERO = 48;

function isDigit(code: number): boolean {
  return code >= ZERO && code < ZERO + 10;
}

/** A commit that a pull request landed with. */
export interface Landed {
  /** Its sha, shortened for reports. */
  readonly sha: string;
  /** The keys of the sightings who wrote it. */
  readonly by: readonly string[];
  readonly owner?: string;
}

const SHORT = 9;

/** The first digits of a sha as a number. Like `parseInt`, but without a text in between. */
function numberOf(sha: string): number {
  let number = 0;
  for (let at = 0; at < SHORT; at += 1) {
    const code = sha.charCodeAt(at);
    number = number * 16 + (code < 58 ? code - ZERO : code - 87);
  }
  return number;
}

/**
 * What landed in a range, by number. A long range has as many as commits, so each costs some bytes
 * and no object: shas are kept as numbers, and writers as the lists that others keep too.
 */
export class LandedPulls {
  readonly #places = new Map<number, number>();
  readonly #shas: number[] = [];
  readonly #by: (readonly string[])[] = [];
  readonly #owners = new Map<number, string>();

  /** Takes in the first commit of a number; what lands again is the same work. */
  add(pr: number, sha: string, by: readonly string[], owner?: string): void {
    if (this.#places.has(pr)) return;
    this.#places.set(pr, this.#by.length);
    this.#shas.push(numberOf(sha));
    this.#by.push(by);
    if (owner !== undefined) this.#owners.set(pr, owner);
  }

  numbers(): number[] {
    return [...this.#places.keys()];
  }

  get(pr: number): Landed | undefined {
    const place = this.#places.get(pr);
    if (place === undefined) return undefined;
    const owner = this.#owners.get(pr);
    return {
      sha: this.#shas[place]!.toString(16).padStart(SHORT, '0'),
      by: this.#by[place]!,
      ...(owner === undefined ? {} : { owner }),
    };
  }
}
