import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GuardOptions, judge } from './guard.ts';
import { Problem, tooMany } from './problem.ts';
import type { RateLimit } from './rate.ts';

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The first look at every request, before anything of it is read: sets the headers that all answers
 * carry, and answers those that may not come in. Returns whether it may go on.
 */
export function enter(
  request: IncomingMessage,
  response: ServerResponse,
  guard: GuardOptions,
  rate: RateLimit,
): boolean {
  response.setHeader('content-security-policy', CSP);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('cache-control', 'no-store');
  const { headers } = request;
  const verdict = judge(
    {
      host: headers.host,
      origin: headers.origin,
      site: one(headers['sec-fetch-site']),
      mode: one(headers['sec-fetch-mode']),
    },
    guard,
  );
  if (!verdict.ok) {
    return refuse(request, response, new Problem(verdict.status, verdict.code, verdict.message));
  }
  const wait = rate.take(request.socket.remoteAddress ?? '');
  if (wait > 0) return refuse(request, response, tooMany(wait, 'Too many requests.'));
  return verdict.cors === undefined || !cors(request, response, verdict.cors);
}

/** Lets a page that is allowed to use the API do so. Returns true where the answer is complete. */
function cors(request: IncomingMessage, response: ServerResponse, origin: string): boolean {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'origin');
  response.setHeader('access-control-expose-headers', 'x-sluice-message-id, retry-after');
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers':
      request.headers['access-control-request-headers'] ?? 'authorization, content-type',
    'access-control-max-age': '600',
  });
  response.end();
  return true;
}

/** Answers without reading the body; the connection ends, so that the body cannot be taken for a request. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
): false {
  const hasBody =
    request.headers['content-length'] !== undefined || 'transfer-encoding' in request.headers;
  response.writeHead(problem.status, {
    ...problem.headers,
    ...(hasBody ? { connection: 'close' } : {}),
    'content-type': 'application/json; charset=utf-8',
  });
  response.end(JSON.stringify(problem.body()));
  return false;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
