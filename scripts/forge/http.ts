import type { Connection } from './connection.ts';
import { ForgeError } from './error.ts';

/** An answer of a forge, already read. */
export interface Answer<T> {
  /** Absent for 304. */
  readonly data: T;
  readonly status: number;
  readonly headers: Headers;
}

interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly body?: unknown;
  /** It changes nothing, so it may be asked again; of GET this is known. */
  readonly harmless?: boolean;
  /** Of an older answer: 304 when it still holds. */
  readonly etag?: string | undefined;
}

/** The requests of a JSON API below one address. */
export interface Api {
  /**
   * @param path behind the API's address, or a whole address of the same server
   * @throws ForgeError for every answer but 2xx and 304
   */
  ask<T>(path: string, request?: Request): Promise<Answer<T>>;
  /** All pages of a list, as the answers' `Link` headers say. */
  pages<T>(path: string): AsyncGenerator<readonly T[]>;
}

const TIMEOUT_MS = 30_000;
/** How often a rate limit is waited out for one request, and a failing server asked again. */
const WAITS = 2;
const RETRIES = 2;
const REDIRECTS = 3;
/** Where a limit does not say how long it lasts. */
const PAUSE_SECONDS = 5;

/**
 * A client of one forge's API. Rate limits are waited out up to a bound; what reads is tried again
 * when the server fails; what writes is not, since it may have arrived. A redirect is followed on
 * the same server only, so that the token stays there.
 */
export function api(connection: Connection, authorization: Record<string, string>): Api {
  const { site, maxWaitSeconds, onWait, second = 1000 } = connection;
  const sleep = (seconds: number) =>
    new Promise<void>((done) => setTimeout(done, seconds * second));
  const { origin } = new URL(site.apiUrl);
  const addressOf = (path: string) => (/^https?:/.test(path) ? path : `${site.apiUrl}/${path}`);

  async function ask<T>(path: string, request: Request = {}): Promise<Answer<T>> {
    const { method = 'GET', body, etag } = request;
    const harmless = request.harmless ?? method === 'GET';
    let address = addressOf(path);
    let [waits, retries, redirects] = [0, 0, 0];
    for (;;) {
      let response: Response;
      try {
        response = await fetch(address, {
          method,
          redirect: 'manual',
          signal: AbortSignal.timeout(TIMEOUT_MS),
          headers: {
            accept: 'application/json',
            'user-agent': 'sluice-release',
            ...authorization,
            ...(etag === undefined ? {} : { 'if-none-match': etag }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      } catch (error) {
        if (!harmless || retries >= RETRIES) throw ForgeError.network(error);
        retries += 1;
        await sleep(retries);
        continue;
      }
      const { status, headers } = response;
      if (status >= 200 && status < 300) {
        return { data: await jsonOf<T>(response, connection), status, headers };
      }
      if (status === 304) return { data: undefined as T, status, headers };
      const text = await response.text().catch(() => '');
      const target = headers.get('location');
      if (status >= 300 && status < 400 && target !== null) {
        const next = new URL(target, address);
        if (next.origin !== origin || method !== 'GET' || redirects >= REDIRECTS)
          throw ForgeError.moved(next.origin + next.pathname);
        redirects += 1;
        address = next.href;
        continue;
      }
      const limited = status === 429 || (status === 503 && headers.has('retry-after'));
      if (limited) {
        const seconds = secondsToWait(headers);
        if (seconds <= maxWaitSeconds && waits < WAITS) {
          waits += 1;
          onWait?.(seconds, 'rate limit');
          await sleep(seconds);
          continue;
        }
      } else if (status >= 500 && harmless && retries < RETRIES) {
        retries += 1;
        await sleep(retries);
        continue;
      }
      throw new ForgeError(status, messageOf(text));
    }
  }

  return {
    ask,
    async *pages<T>(path: string) {
      for (let next: string | undefined = path; next !== undefined; ) {
        const answer: Answer<readonly T[]> = await ask<readonly T[]>(next);
        if (!Array.isArray(answer.data)) throw new ForgeError(answer.status, 'a list was expected');
        yield answer.data;
        const link = nextPage(answer.headers);
        // A server behind a proxy may know itself by another name.
        next = link && (new URL(link).origin === origin ? link : origin + pathOf(link));
      }
    },
  };
}

function pathOf(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}

/** The seconds that `Retry-After` (seconds or a date) or `RateLimit-Reset` (a Unix time) asks for. */
function secondsToWait(headers: Headers): number {
  const after = headers.get('retry-after');
  if (after !== null) {
    const seconds = /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - Date.now()) / 1000;
    if (!Number.isNaN(seconds)) return Math.max(1, Math.ceil(seconds));
  }
  const reset = Number(headers.get('ratelimit-reset') ?? headers.get('x-ratelimit-reset'));
  return reset > 0 ? Math.max(1, Math.ceil(reset - Date.now() / 1000)) : PAUSE_SECONDS;
}

function nextPage(headers: Headers): string | undefined {
  return /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1];
}

/** A page to sign in comes with 200 as well. */
async function jsonOf<T>(response: Response, { site }: Connection): Promise<T> {
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  if (!/\bjson\b/i.test(type)) throw ForgeError.noJson(type, site.apiUrl);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw ForgeError.noJson('broken JSON', site.apiUrl);
  }
}

/** What an error says of itself: GitLab `message` or `error`, Forgejo `message`. */
function messageOf(text: string): string {
  try {
    const { message, error } = JSON.parse(text) as { message?: unknown; error?: unknown };
    const said = message ?? error;
    return typeof said === 'string' ? said : said === undefined ? '' : JSON.stringify(said);
  } catch {
    return ''; // A page, or the plain "Retry later" of a rate limit.
  }
}
