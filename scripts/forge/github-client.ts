import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import type { Connection } from './connection.ts';

/** An Octokit that waits for rate limits up to a bound and tries failed answers again. */
export function client(options: Connection): Octokit {
  const Client = Octokit.plugin(retry, throttling);
  const second = options.second ?? 1000;
  const wait =
    (why: string) => (after: number, _request: unknown, _octokit: unknown, tries: number) => {
      if (after > options.maxWaitSeconds || tries >= 2) return false;
      options.onWait?.(after, why);
      return true;
    };
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  return new Client({
    baseUrl: options.site.apiUrl,
    log: quiet,
    ...(options.token === undefined ? {} : { auth: options.token.value }),
    request: { timeout: 30_000 },
    // 429 and 403 belong to the throttling; the rest of what can pass is tried again.
    retry: { doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451], retryAfterBaseValue: second },
    throttle: {
      retryAfterBaseValue: second,
      onRateLimit: wait('rate limit'),
      onSecondaryRateLimit: wait('secondary rate limit'),
    },
  });
}

/** An error in one line, without anything that could carry the token. */
export function reasonOf(error: unknown): string {
  const { status, message } = error as { status?: number; message?: string };
  if (status === 404)
    return 'GitHub shows no such repository (404); if it is not public, set GITHUB_TOKEN';
  if (status === 401) return 'GitHub refuses the token (401)';
  if (status === 403 || status === 429 || /rate limit/i.test(message ?? '')) {
    return `GitHub's rate limit is used up${status === undefined ? '' : ` (${status})`}; set GITHUB_TOKEN or try later`;
  }
  const cause = (error as { cause?: { code?: string } }).cause?.code;
  if (status === 500 && /fetch failed|ECONN|ENOTFOUND|timeout/i.test(message ?? ''))
    return 'no network';
  if (cause !== undefined) return `no network (${cause})`;
  return status === undefined
    ? (message ?? 'unknown').split('\n')[0]!
    : `GitHub answered ${status}`;
}
