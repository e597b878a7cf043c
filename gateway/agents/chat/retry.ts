import { APIConnectionError, APIError } from 'openai';
import { type Clock, SECOND } from '../../core/clock.ts';
import { wait } from '../../core/wait.ts';
import { EndpointError } from './endpoint.ts';

const FIRST_PAUSE_MS = 0.5 * SECOND;
const LONGEST_PAUSE_MS = 8 * SECOND;

export interface RetryLimits {
  readonly retries: number;
  /** Milliseconds from the start after which nothing is tried again. */
  readonly withinMs: number;
  /** Whether what a request failed with is worth another one. Asked once for each. */
  readonly again: (error: unknown) => boolean;
}

/**
 * Calls `request` until it succeeds, or fails with what is not worth another one. The pause is the server's Retry-After where it names one, else 0.5 s doubled each time. Own code rather than the
 * library's retries: those sleep on real timers and know nothing of a deadline.
 * @throws what the last request threw, also when the next pause would pass the deadline.
 */
export async function withRetries<T>(
  request: () => Promise<T>,
  limits: RetryLimits,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const end = clock.monotonic() + limits.withinMs;
  for (let n = 0; ; n++) {
    try {
      return await request();
    } catch (error) {
      if (signal.aborted || !limits.again(error) || n >= limits.retries) throw error;
      const pause = pauseOf(error) ?? Math.min(FIRST_PAUSE_MS * 2 ** n, LONGEST_PAUSE_MS);
      if (clock.monotonic() + pause > end || !(await wait(clock, pause, signal))) throw error;
    }
  }
}

/** After 408, 409, 429, 5xx and a connection that failed or broke off. */
export function worthAnother(error: unknown): boolean {
  // What fetch throws when the body breaks off.
  if (error instanceof APIConnectionError || error instanceof TypeError) return true;
  if (!(error instanceof APIError) && !(error instanceof EndpointError)) return false;
  const { status } = error;
  return status !== undefined && ([408, 409, 429].includes(status) || status >= 500);
}

function pauseOf(error: unknown): number | undefined {
  if (!(error instanceof APIError)) return undefined;
  const seconds = Number.parseFloat(error.headers?.get('retry-after') ?? '');
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * SECOND : undefined;
}
