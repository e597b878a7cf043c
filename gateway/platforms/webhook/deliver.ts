import type { Outbound } from '../../core/outbox.ts';
import type { SendResult } from '../platform.ts';
import { reasonOf, wasNotSent } from '../shared/transportErrors.ts';
import { SIGNATURE, sign, TIMESTAMP } from './signature.ts';

/** What goes before a text that is posted without the thread that it belongs to. */
const GONE = '(The thread is gone, so this comes here.)\n\n';

export interface Delivery {
  readonly url: string;
  readonly secret: string;
  readonly now: number;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

/**
 * Posts one row to the receiver, signed, with the row's id as `Idempotency-Key`. Retries are the
 * courier's. Redirects are not followed: the signature is for the address that was configured.
 *
 * 2xx is taken; 408, 425, 429 and 503 are asked again (the receiver says that it did not act); other
 * 4xx and 3xx will stay so; other 5xx leave open what happened. A receiver that answers 404 or 410 for a
 * thread is asked once more for the chat alone: it is another request, so it has a key of its own.
 */
export async function deliver(row: Outbound, how: Delivery): Promise<SendResult> {
  if (how.signal.aborted)
    return { ok: false, kind: 'transient', error: 'stopped before it was sent' };
  const answer = await post(row, row.id, how);
  const { thread, ...chat } = row.address;
  const gone = answer instanceof Response && (answer.status === 404 || answer.status === 410);
  if (!gone || thread === undefined) return resultOf(answer, row);
  const inChat = { ...row, address: chat, text: GONE + row.text };
  return resultOf(await post(inChat, `${row.id}/chat`, how), row);
}

/** Resolves with the answer, or with what is known of a request that got no answer. */
async function post(
  row: Outbound,
  key: string,
  { url, secret, now, timeoutMs, fetch: request, signal }: Delivery,
): Promise<Response | SendResult> {
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
  const timestamp = Math.floor(now / 1000);
  let response: Response;
  try {
    response = await request(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        [TIMESTAMP]: String(timestamp),
        [SIGNATURE]: sign(secret, timestamp, body),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
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
  return response;
}

/** What the receiver's answer says of the row. */
function resultOf(answer: Response | SendResult, row: Outbound): SendResult {
  if (!(answer instanceof Response)) return answer;
  const { status } = answer;
  if (answer.ok) return { ok: true, platformId: row.id };
  const error = `the receiver answered ${status}`;
  if ([408, 425, 429, 503].includes(status)) {
    const seconds = Number(answer.headers.get('retry-after'));
    const asked = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
    return { ok: false, kind: 'transient', error, ...asked };
  }
  if (status >= 500) return { ok: false, kind: 'unknown', error };
  return { ok: false, kind: 'permanent', error };
}
