import { APIConnectionError, APIError } from 'openai';
import { type Clock, SECOND } from '../../core/clock.ts';
import { wait } from '../../core/wait.ts';

const FIRST_PAUSE_MS = 0.5 * SECOND;
const LONGEST_PAUSE_MS = 8 * SECOND;

export interface RetryLimits {
  readonly retries: number;
  /** Milliseconds from the start after which nothing is tried again. */
  readonly withinMs: number;
}

/**
 * Calls `request` until it succeeds, again after 408, 409, 429, 5xx and a failed connection. The pause is the
 * server's Retry-After where it names one, else 0.5 s doubled each time. Own code rather than the
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
      if (signal.aborted || n >= limits.retries || !worthAnother(error)) throw error;
      const pause = pauseOf(error) ?? Math.min(FIRST_PAUSE_MS * 2 ** n, LONGEST_PAUSE_MS);
      if (clock.monotonic() + pause > end || !(await wait(clock, pause, signal))) throw error;
    }
  }
}

function worthAnother(error: unknown): boolean {
  if (error instanceof APIConnectionError) return true;
  if (!(error instanceof APIError) || error.status === undefined) return false;
  return [408, 409, 429].includes(error.status) || error.status >= 500;
}

function pauseOf(error: unknown): number | undefined {
  if (!(error instanceof APIError)) return undefined;
  const seconds = Number.parseFloat(error.headers?.get('retry-after') ?? '');
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * SECOND : undefined;
}
