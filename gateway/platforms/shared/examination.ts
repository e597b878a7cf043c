import { reasonOf } from './transportErrors.ts';

/** What is wrong with an account, and what mends it; both for people. */
export interface AccountProblem {
  /** A warning: it works, though not for everything that is configured. */
  readonly level: 'problem' | 'warning';
  readonly what: string;
  readonly mend: string;
}

/** What a platform says of an account when it is asked, once and live. */
export interface Examination {
  /** Whose token it is: a bot's name. Absent iff the token does not work or nobody answered. */
  readonly who?: string;
  /** Nobody answered, so nothing is known of the token. */
  readonly unanswered?: true;
  readonly problems: readonly AccountProblem[];
  /** How far the platform's clock is ahead of this machine's, in milliseconds. */
  readonly aheadMs?: number;
}

export interface ExamineDeps {
  readonly token: string;
  /** What stands for the token in a shell command: the token itself is never printed. */
  readonly tokenInShell: string;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Said {
  readonly status: number;
  /** Undefined where the answer was not JSON. */
  readonly body: unknown;
  readonly aheadMs?: number;
}

/** The platform gave no answer at all. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/**
 * One GET whose answer is JSON, with what it tells about the clock.
 * @throws Unreachable in words that hold no address, for that may hold the token.
 */
export async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  deps: Pick<ExamineDeps, 'signal' | 'fetch' | 'now'>,
): Promise<Said> {
  let response: Response;
  try {
    response = await deps.fetch(url, { headers, signal: deps.signal, redirect: 'error' });
  } catch (error) {
    throw new Unreachable(reasonOf(error), { cause: error });
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  const aheadMs = Number.isNaN(date) ? {} : { aheadMs: date - deps.now() };
  const body: unknown = await response.json().catch(() => undefined);
  return { status: response.status, body, ...aheadMs };
}

/** That nobody answered, as an examination. */
export function unanswered(platform: string, root: string, error: unknown): Examination {
  const { host } = new URL(root);
  const what = `${platform} could not be reached (${error instanceof Error ? error.message : 'no answer'})`;
  return {
    unanswered: true,
    problems: [
      { level: 'problem', what, mend: `curl --max-time 10 -sS -o /dev/null https://${host}/` },
    ],
  };
}
