import type { Git } from './git.ts';
import type { Ident } from './model.ts';

/** What is known of a pull request. `author` is a login; `ident` a name and address from git. */
export interface PullFact {
  readonly number: number;
  readonly kind: 'pull' | 'issue' | 'absent';
  readonly author?: string;
  readonly ident?: Ident;
  readonly title?: string;
  readonly body?: string;
  /** Where this is known from, for the evidence. */
  readonly from: string;
}

/** Who GitHub says wrote a commit, co-authors included. */
export interface CommitFact {
  readonly sha: string;
  readonly authors: readonly { readonly login: string; readonly email: string }[];
}

/** What could not be had, and why. */
export interface Gap {
  readonly what: string;
  readonly why: string;
}

/** Answers questions that history can't. Whatever it can't answer is in `gaps`. */
export interface Forge {
  pulls(
    numbers: readonly number[],
  ): Promise<{ facts: Map<number, PullFact>; gaps: Map<number, Gap> }>;
  commits(shas: readonly string[]): Promise<{ facts: Map<string, CommitFact>; gaps: Gap[] }>;
}

/** Asks the clone itself: `refs/pull/N/head`, where it was fetched. */
export async function pullsFromRefs(
  git: Git,
  numbers: readonly number[],
): Promise<Map<number, PullFact>> {
  const facts = new Map<number, PullFact>();
  if (numbers.length === 0) return facts;
  const patterns = numbers.flatMap((n) => [
    `refs/pull/${n}/head`,
    `refs/remotes/*/pull/${n}/head`,
    `refs/remotes/*/pull/${n}`,
    `refs/remotes/*/pr/${n}`,
  ]);
  const format = '%(refname)%00%(authorname)%00%(authoremail:trim)%00%(parent)';
  for (let at = 0; at < patterns.length; at += 2000) {
    const out = await git.run([
      'for-each-ref',
      `--format=${format}`,
      ...patterns.slice(at, at + 2000),
    ]);
    for (const line of out.split('\n').filter(Boolean)) {
      const [ref, name, email, parents] = line.split('\0') as [string, string, string, string];
      const number = Number(/\/(?:pull|pr)\/(\d+)/.exec(ref)?.[1]);
      let ident = { name, email };
      if (parents.includes(' ')) ident = (await beforeMerge(git, ref)) ?? ident;
      facts.set(number, { number, kind: 'pull', ident, from: ref });
    }
  }
  return facts;
}

/** A pull request's branch may end in a merge of the main branch, by whoever pressed the button. */
async function beforeMerge(git: Git, ref: string): Promise<Ident | undefined> {
  const out = await git.run([
    'log',
    '-1',
    '--first-parent',
    '--no-merges',
    '--format=%aN%x00%aE',
    ref,
  ]);
  const [name, email] = out.trim().split('\0');
  return name === undefined || email === undefined ? undefined : { name, email };
}

/** Reads `--prs FILE`: JSON, `{"12": "login"}` or `{"12": {author, title, body}}`. */
export function pullsFromJson(text: string, file: string): Map<number, PullFact> {
  const facts = new Map<number, PullFact>();
  for (const [key, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
    const number = Number(key);
    if (!Number.isInteger(number)) throw new SyntaxError(`${file}: "${key}" is no number`);
    const from = file;
    if (typeof value === 'string') facts.set(number, { number, kind: 'pull', author: value, from });
    else if (typeof value === 'object' && value !== null) {
      const { author, title, body } = value as Record<string, unknown>;
      facts.set(number, {
        number,
        kind: 'pull',
        from,
        ...(typeof author === 'string' ? { author } : {}),
        ...(typeof title === 'string' ? { title } : {}),
        ...(typeof body === 'string' ? { body } : {}),
      });
    } else throw new SyntaxError(`${file}: #${key} must be a login or {author, title, body}`);
  }
  return facts;
}
