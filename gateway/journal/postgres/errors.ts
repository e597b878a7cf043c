import { JournalUnavailable } from '../../core/exit.ts';

/** Codes of Node and of the client for a connection that never came about. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECT_TIMEOUT',
]);

/** Codes of the client for one that broke, or that it gave up. */
const BROKEN = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'NO_ANSWER',
]);

/**
 * What a failed batch means. `mistake`: a call is wrong, and nothing was written. `again`: it was rolled back for
 * another's sake, and may be sent again. `refused`: an outage, and nothing was written. `unknown`: the connection broke after the batch was sent, which may be committed.
 *
 * By SQLSTATE (PostgreSQL documentation, appendix A): 08 connection, 53 resources, 57P01 to 57P04 the server
 * goes, 57P03 it is not up yet, 57014 cancelled, 58 system, 40 rolled back, 25006 read-only, 55P03 lock not
 * available. An error that a server has answered with has rolled the transaction back, but for one that ends
 * the connection: that may come behind a commit.
 */
export type Failure = 'mistake' | 'again' | 'refused' | 'unknown';

export function failureOf(error: unknown): Failure {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return 'mistake';
  if (code.startsWith('40')) return 'again';
  if (NO_CONNECTION.has(code) || /^(53|57P03|57014|58|25006|55P03)/.test(code)) return 'refused';
  if (BROKEN.has(code) || /^(08|57P)/.test(code)) return 'unknown';
  return 'mistake';
}

/** The error that a caller of the journal is given for an outage. `name` is the database without its password. */
export function unavailable(error: unknown, name: string): JournalUnavailable {
  const full = (error as { code?: unknown }).code === '53100';
  const why = full
    ? 'its disk is full. Nothing was accepted; free some space'
    : `it can't be reached or does not answer (${(error as Error).message}). Nothing was accepted`;
  return new JournalUnavailable(`The journal ${name} can't be written: ${why}.`, {
    cause: error as Error,
    full,
  });
}
