import { JournalUnavailable } from '../../core/exit.ts';

/**
 * What a failure of the server or of the way to it means to a caller, or undefined when the error is of
 * another kind (a mistake in a call, which must not be told as an outage).
 *
 * By SQLSTATE (PostgreSQL documentation, appendix A): 08 connection, 53 resources, 57P the server is going
 * or not yet up, 58 system, 40 rolled back, 25006 read-only, 55P03 lock not available; and the codes of the
 * client and of Node for a connection that broke.
 */
export function unavailable(error: unknown, name: string): JournalUnavailable | undefined {
  if (error instanceof JournalUnavailable) return error;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return undefined;
  const full = code === '53100';
  const outage =
    full ||
    /^(08|53|57P|58|40)/.test(code) ||
    [
      '25006',
      '55P03',
      '57014',
      'CONNECTION_CLOSED',
      'CONNECTION_ENDED',
      'CONNECTION_DESTROYED',
      'CONNECT_TIMEOUT',
    ].includes(code) ||
    /^E[A-Z]{3,}$/.test(code);
  if (!outage) return undefined;
  const why = full
    ? 'its disk is full. Nothing was accepted; free some space'
    : `it can't be reached or does not answer (${(error as Error).message}). Nothing was accepted`;
  return new JournalUnavailable(`The journal ${name} can't be written: ${why}.`, {
    cause: error as Error,
    full,
  });
}
