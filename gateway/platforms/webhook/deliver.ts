import type { Outbound } from '../../core/outbox.ts';
import type { SendResult } from '../platform.ts';
import { reasonOf, wasNotSent } from '../shared/transportErrors.ts';
import { SIGNATURE, sign, TIMESTAMP } from './signature.ts';

/**
 * Posts one row to the receiver, signed, with the row's id as `Idempotency-Key`. Retries are the
 * courier's. Redirects are not followed: the signature is for the address that was configured.
 *
 * 2xx is taken; 408, 425, 429 and 503 are asked again (the receiver says that it did not act); other
 * 4xx and 3xx will stay so; other 5xx leave open what happened.
 */
export async function deliver(
  url: string,
  secret: string,
  row: Outbound,
  how: { now: number; timeoutMs: number; fetch: typeof fetch; signal: AbortSignal },
): Promise<SendResult> {
  if (how.signal.aborted)
    return { ok: false, kind: 'transient', error: 'stopped before it was sent' };
  const body = JSON.stringify({
    id: row.id,
    kind: row.kind,
    chat: row.address.chat,
    ...(row.address.thread === undefined ? {} : { thread: row.address.thread }),
    text: row.text,
    chunk: row.chunk,
    chunks: row.chunks,
    // The caller's own id of the message that this answers.
    in_reply_to: (row.context as { id?: string } | undefined)?.id ?? null,
    possible_repeat: row.ambiguous,
  });
  const timestamp = Math.floor(how.now / 1000);
  let response: Response;
  try {
    response = await how.fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': row.id,
        [TIMESTAMP]: String(timestamp),
        [SIGNATURE]: sign(secret, timestamp, body),
      },
      body,
      signal: AbortSignal.any([how.signal, AbortSignal.timeout(how.timeoutMs)]),
    });
  } catch (error) {
    const reason = reasonOf(error);
    if (wasNotSent(error)) {
      return {
        ok: false,
        kind: 'transient',
        error: `the receiver could not be reached (${reason})`,
      };
    }
    return { ok: false, kind: 'unknown', error: `no answer from the receiver (${reason})` };
  }
  await response.body?.cancel().catch(() => {});
  const { status } = response;
  if (response.ok) return { ok: true, platformId: row.id };
  const error = `the receiver answered ${status}`;
  if ([408, 425, 429, 503].includes(status)) {
    const seconds = Number(response.headers.get('retry-after'));
    const asked = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
    return { ok: false, kind: 'transient', error, ...asked };
  }
  if (status >= 500) return { ok: false, kind: 'unknown', error };
  return { ok: false, kind: 'permanent', error };
}
