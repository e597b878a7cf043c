import { isIP } from 'node:net';

/**
 * Which requests are let in at all, by where they say they come from.
 *
 * Host: a page of another site whose name was made to resolve to this machine (DNS rebinding) still
 * sends its own name, so only names we are known by are answered. Origin: a script of another page
 * says so there, and a browser never lets it leave that out on a request that changes something.
 */
export interface GuardOptions {
  /** The address that is listened on. */
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

export interface Head {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  /** Sec-Fetch-Site, Sec-Fetch-Mode: sent by browsers, not forgeable by scripts. */
  readonly site?: string | undefined;
  readonly mode?: string | undefined;
}

export type Verdict =
  | { readonly ok: true; readonly cors?: string }
  | {
      readonly ok: false;
      readonly status: number;
      readonly code: string;
      readonly message: string;
    };

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '::1']);

/** Whether an address to listen on can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const name = unbracket(host.toLowerCase());
  return LOOPBACK_NAMES.has(name) || (isIP(name) === 4 && name.startsWith('127.'));
}

/** The host name in a Host header or an origin's authority, without port and brackets; undefined where it is malformed. */
export function hostName(authority: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(authority);
  return match?.[1] === undefined
    ? undefined
    : unbracket(match[1].toLowerCase()).replace(/\.$/, '');
}

/** Says whether a request may come in, by its Host, Origin and Sec-Fetch headers. */
export function judge(head: Head, options: GuardOptions): Verdict {
  const name = hostName(head.host ?? '');
  if (name === undefined || !knownHost(name, options)) {
    return no(
      421,
      'foreign_host',
      `This gateway is not known as "${(head.host ?? '').slice(0, 100)}". Use its own address, or add the name to platforms.web.allowed_hosts.`,
    );
  }
  if (head.origin !== undefined) {
    const own = originHost(head.origin);
    // Behind a proxy that ends TLS the scheme differs, the authority does not.
    if (own !== undefined && own === head.host?.toLowerCase()) return { ok: true };
    if (options.allowedOrigins.some((o) => sameOrigin(o, head.origin as string))) {
      return { ok: true, cors: head.origin };
    }
    return no(
      403,
      'foreign_origin',
      `Scripts of ${head.origin.slice(0, 100)} may not use this gateway. To let them, add it to platforms.web.allowed_origins.`,
    );
  }
  // A browser names no origin on a plain cross-site GET; only following a link to the page is fine.
  if (head.site === 'cross-site' && head.mode !== 'navigate') {
    return no(
      403,
      'foreign_origin',
      'Another site asked for this in your browser; it is not answered.',
    );
  }
  return { ok: true };
}

function knownHost(name: string, options: GuardOptions): boolean {
  if (LOOPBACK_NAMES.has(name)) return true;
  const listen = unbracket(options.host.toLowerCase());
  if (name === listen) return true;
  if (options.allowedHosts.some((h) => hostName(h) === name)) return true;
  // An address cannot be rebound; health checks and phones on the same network use one.
  return !isLoopback(options.host) && isIP(name) !== 0;
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
}

function sameOrigin(a: string, b: string): boolean {
  try {
    return new URL(a).origin === new URL(b).origin && b !== 'null';
  } catch {
    return false;
  }
}

function unbracket(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

function no(status: number, code: string, message: string): Verdict {
  return { ok: false, status, code, message };
}
