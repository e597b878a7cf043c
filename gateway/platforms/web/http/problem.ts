import { JournalUnavailable, RequestError } from '../../../core/exit.ts';
import type { Refusal } from '../../../core/refusal.ts';

/** An answer that is an error, in the shape of the OpenAI API. Its message is meant for a person. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { param?: string; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.status = status;
    this.code = code;
    this.param = more.param ?? null;
    this.headers = more.headers ?? {};
  }

  /** The body, as https://platform.openai.com/docs/guides/error-codes has it. */
  body(): ProblemBody {
    return {
      error: {
        message: this.message,
        type: typeOf(this.status),
        param: this.param,
        code: this.code,
      },
    };
  }
}

export interface ProblemBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

/** The openai package tries again after 408, 409, 429 and every 5xx, unless this header says not to. */
export const NO_RETRY = { 'x-should-retry': 'false' } as const;

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** What is answered to a message that was not admitted. Nothing was kept of it. */
export function refusalProblem(refusal: Refusal): Problem {
  if (refusal.refused === 'full') {
    return new Problem(
      429,
      'queue_full',
      'This conversation has as many waiting messages as it may have; this one was not taken. Send it again when some are answered.',
      { headers: { 'retry-after': '5' } },
    );
  }
  return new Problem(
    503,
    refusal.refused,
    'The gateway is restarting and did not take this message. Send it again in a moment.',
    { headers: { 'retry-after': '2' } },
  );
}

/** Asked more often than is allowed; again in `waitMs`. */
export function tooMany(waitMs: number, what: string): Problem {
  const wait = Math.max(1, Math.ceil(waitMs / 1000));
  return new Problem(429, 'too_many_requests', `${what} Try again in ${wait} s.`, {
    headers: { 'retry-after': String(wait) },
  });
}

/** Turns whatever a handler threw into an answer; what was not foreseen keeps its details to itself. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof JournalUnavailable) {
    return error.full
      ? new Problem(
          507,
          'disk_full',
          'The disk is full: the message was not taken. Free space, then send it again.',
          {
            headers: { 'retry-after': '30' },
            cause: error,
          },
        )
      : new Problem(
          503,
          'journal_unavailable',
          'The journal cannot be written: the message was not taken. Send it again in a moment.',
          {
            headers: { 'retry-after': '5' },
            cause: error,
          },
        );
  }
  if (error instanceof RequestError)
    return new Problem(404, 'not_possible', error.message, { cause: error });
  return new Problem(
    500,
    'internal',
    'Something went wrong in the gateway; its log has the details.',
    {
      cause: error,
    },
  );
}
