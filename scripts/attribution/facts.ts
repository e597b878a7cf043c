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
  /** The commit that it ended as, where its forge told. */
  readonly landedAs?: string;
}

/** Who the forge says wrote a commit, co-authors included. */
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
  /** The requests that ended as one of these commits, of those that changed since a time. */
  landed?(
    shas: ReadonlySet<string>,
    since: Date | undefined,
  ): Promise<{ facts: readonly PullFact[]; gap?: Gap }>;
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
