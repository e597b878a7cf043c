import { Api, GrammyError } from 'grammy';
import type { SendResult } from '../platform.ts';
import { reasonOf, wasNotSent } from '../shared/transportErrors.ts';

/** The Bot API by grammY's types; every method takes its arguments and a signal. */
export type Calls = Api['raw'];

/** Telegram said no. `retryAfterMs` for a flood wait. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: number;
  readonly retryAfterMs: number | undefined;
  readonly movedTo: string | undefined;

  constructor(error: GrammyError) {
    super(`${error.error_code} ${error.description}`);
    this.code = error.error_code;
    const { retry_after, migrate_to_chat_id } = error.parameters ?? {};
    this.retryAfterMs = retry_after === undefined ? undefined : retry_after * 1000;
    this.movedTo = migrate_to_chat_id === undefined ? undefined : String(migrate_to_chat_id);
  }

  /** The token is not, or no longer, one of a bot. 404: it does not even look like one, or the root is wrong. */
  get revoked(): boolean {
    return this.code === 401 || this.code === 404;
  }

  says(text: string): boolean {
    return this.message.toLowerCase().includes(text);
  }
}

/**
 * The Bot API over the runtime's own `fetch`: unlike the library's default it tells a refused
 * connection from one that was cut, and that difference decides whether a send may be repeated.
 */
export function createCalls(
  token: string,
  options: { apiRoot: string; timeoutMs: number; fetch?: typeof fetch },
): Calls {
  const request = options.fetch ?? fetch;
  const bridged = async (url: unknown, init: { signal?: Listening } & RequestInit) => {
    // The library brings an AbortSignal of its own make, which the runtime does not take.
    const controller = new AbortController();
    const abort = () => controller.abort();
    const theirs = init.signal as Listening | undefined;
    if (theirs?.aborted) abort();
    theirs?.addEventListener('abort', abort);
    try {
      const response = await request(String(url), {
        method: init.method ?? 'POST',
        headers: { 'content-type': 'application/json' },
        body: init.body as string,
        signal: controller.signal,
      });
      const text = await response.text();
      return { json: async () => answerOf(response.status, text) };
    } finally {
      theirs?.removeEventListener('abort', abort);
    }
  };
  const api = new Api(token, {
    apiRoot: options.apiRoot.replace(/\/+$/, ''),
    timeoutSeconds: options.timeoutMs / 1000,
    fetch: bridged as unknown as typeof fetch,
  });
  return api.raw;
}

interface Listening {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A proxy's error page is not JSON; it is made to look like an answer of the API. */
function answerOf(status: number, text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'ok' in answer) return answer;
  } catch {
    // Not JSON: described below.
  }
  return {
    ok: false,
    error_code: status,
    description: `HTTP ${status} without an answer of the API`,
  };
}

/** Turns a rejection of a call into one of ours. */
export function refusalOf(error: unknown): Refused | undefined {
  if (error instanceof Refused) return error;
  return error instanceof GrammyError ? new Refused(error) : undefined;
}

/** What is known about a send that rejected. */
export function failureOf(error: unknown): Extract<SendResult, { ok: false }> {
  const refused = refusalOf(error);
  if (refused === undefined) {
    const reason = reasonOf(error);
    if (wasNotSent(error)) {
      return { ok: false, kind: 'transient', error: `Telegram could not be reached (${reason})` };
    }
    return { ok: false, kind: 'unknown', error: `no answer from Telegram (${reason})` };
  }
  const text = `Telegram: ${refused.message}`;
  if (refused.retryAfterMs !== undefined || refused.code === 429) {
    const retryAfterMs = refused.retryAfterMs ?? 5_000;
    return { ok: false, kind: 'transient', error: text, retryAfterMs };
  }
  // A server that failed may have acted before it did.
  if (refused.code >= 500) return { ok: false, kind: 'unknown', error: text };
  if (refused.revoked && !refused.says('chat not found')) {
    return { ok: false, kind: 'transient', error: text, retryAfterMs: 300_000 };
  }
  return { ok: false, kind: 'permanent', error: text };
}
