/** Errors after which a request has certainly not reached the platform. */
const BEFORE_CONNECT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * True when a failed request certainly took no effect, because no connection came about. Everything
 * else (a reset, a time-out, a closed socket) may have been acted upon.
 */
export function wasNotSent(error: unknown): boolean {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 6; depth++) {
    const code = (e as { code?: unknown }).code;
    if (typeof code === 'string' && BEFORE_CONNECT.has(code)) return true;
    // Several addresses were tried: it left only if one of them did more than refuse.
    if (e instanceof AggregateError) return e.errors.length > 0 && e.errors.every(wasNotSent);
    e = (e as { cause?: unknown; error?: unknown }).cause ?? (e as { error?: unknown }).error;
  }
  return false;
}

/** One line about an error and its cause, without addresses that could hold a secret. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 6; depth++) {
    const code = (e as { code?: unknown }).code;
    if (typeof code === 'string') return code;
    const inner =
      (e as { cause?: unknown; error?: unknown }).cause ?? (e as { error?: unknown }).error;
    if (!(inner instanceof Error)) return e.message.replaceAll(/https?:\/\/\S+/g, '<address>');
    e = inner;
  }
  return error.name;
}
