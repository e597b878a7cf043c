import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const COOKIE = 'sluice_login';
const DAYS = 30;

/** Compares in a time that tells nothing of where two texts differ, nor of their lengths. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * The login of the page. The cookie holds its own end and a signature made with the token, never the
 * token: it outlives restarts, needs no store, and changing the token ends every login.
 */
export class Login {
  readonly #token: string | undefined;
  readonly #now: () => number;

  constructor(token: string | undefined, now: () => number) {
    this.#token = token;
    this.#now = now;
  }

  get required(): boolean {
    return this.#token !== undefined;
  }

  /** Whether this is the token. */
  accepts(token: string): boolean {
    return this.#token !== undefined && sameText(token, this.#token);
  }

  /** Whether a request may pass, by its `Authorization` or `Cookie` header. */
  allows(headers: { authorization?: string | undefined; cookie?: string | undefined }): boolean {
    if (this.#token === undefined) return true;
    const bearer = /^Bearer +(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.accepts(bearer);
    const cookie = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\d{1,16})\\.([0-9a-f]{64})(?:;|$)`).exec(
      headers.cookie ?? '',
    );
    if (cookie === null) return false;
    const [, until, signature] = cookie as unknown as [string, string, string];
    return Number(until) > this.#now() && sameText(signature, this.#sign(until));
  }

  /** The `Set-Cookie` header of a fresh login; `secure` where the page came over https. */
  cookie(secure: boolean): string {
    const until = String(this.#now() + DAYS * 86_400_000);
    return this.#setCookie(`${until}.${this.#sign(until)}`, DAYS * 86_400, secure);
  }

  /** The `Set-Cookie` header that ends a login in this browser. */
  endCookie(): string {
    return this.#setCookie('', 0, false);
  }

  #setCookie(value: string, maxAge: number, secure: boolean): string {
    const flags = `HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAge}${secure ? '; Secure' : ''}`;
    return `${COOKIE}=${value}; ${flags}`;
  }

  #sign(until: string): string {
    return createHmac('sha256', this.#token ?? '')
      .update(`sluice web login ${until}`)
      .digest('hex');
  }
}
