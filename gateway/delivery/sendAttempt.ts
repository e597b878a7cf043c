import { type Clock, type Random, SECOND } from '../core/clock.ts';
import { crashPoint } from '../core/crashPoint.ts';
import type { Log } from '../core/log.ts';
import { LONGEST_WAIT, type Outbound, reconciliationOf } from '../core/outbox.ts';
import type { Settings } from '../core/settings.ts';
import type { SendRow } from '../journal/journal.ts';
import type { Platform, SendResult } from '../platforms/platform.ts';

const MAX_BACKOFF = 60 * SECOND;
const REPEAT_MARK = '(You may have seen this before: the connection broke while it was sent.)\n\n';
const HELD = 'It may have been sent already; held for you to decide (outbox.ambiguous: hold).';

export interface SendAttemptDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<Settings, 'ambiguous'>;
  readonly log: Log;
}

/** What is to be done with a row before it is sent: send this text, or it has its end already. */
type Reconciled = { readonly send: Outbound } | { readonly end: SendRow };

/**
 * One attempt to send one row. A row that was cut off is reconciled first, by what its platform lets us
 * prove. `retryAt` of the result says when to try again. Never rejects.
 */
export async function attemptSend(
  platform: Platform,
  row: Outbound,
  signal: AbortSignal,
  deps: SendAttemptDeps,
): Promise<SendRow> {
  const { clock, log } = deps;
  const sending = (one: Outbound) =>
    platform.send(one, signal).catch((error: unknown) => ({
      ok: false as const,
      kind: 'unknown' as const,
      error: String(error),
    }));
  const reconciled = await reconcile(platform, row, deps.settings.ambiguous);
  if ('end' in reconciled) return reconciled.end;
  crashPoint('before-send');
  let result: SendResult = await sending(reconciled.send);
  if (!result.ok && result.kind === 'unprovable') {
    const blind = asBlind(row, deps.settings.ambiguous);
    if ('end' in blind) return blind.end;
    const { platformId: _gone, ...anew } = blind.send;
    result = await sending({ ...anew, ambiguous: false });
  }
  crashPoint('after-send');
  const { id } = row;
  if (result.ok) {
    const { platformId } = result;
    return { id, state: 'sent', ...(platformId === undefined ? {} : { platformId }) };
  }
  const { kind, error } = result;
  log.warn({ outbound: id, message: row.message, kind }, `a send did not succeed: ${error}`);
  if (kind === 'permanent') return { id, state: 'failed', error };
  const asked = kind === 'transient' ? result.retryAfterMs : undefined;
  const wait = Math.min(LONGEST_WAIT, asked ?? backoff(row.attempts, deps.random));
  const state = kind === 'transient' ? 'prepared' : 'ambiguous';
  return { id, state, retryAt: clock.now() + wait, error };
}

async function reconcile(
  platform: Platform,
  row: Outbound,
  ambiguous: Settings['ambiguous'],
): Promise<Reconciled> {
  if (!row.ambiguous) return { send: row };
  switch (reconciliationOf(platform.sendClass(row), ambiguous)) {
    case 'ask': {
      const platformId = await platform.find?.(row).catch(() => undefined);
      return platformId === undefined
        ? { send: row }
        : { end: { id: row.id, state: 'sent', platformId } };
    }
    case 'mark':
    case 'hold':
      return asBlind(row, ambiguous);
    case 'resend':
      return { send: row };
  }
}

/** A row of which nothing can be proven is sent once more with a mark, or held for a person to decide. */
function asBlind(row: Outbound, policy: Settings['ambiguous']): Reconciled {
  return policy === 'hold'
    ? { end: { id: row.id, state: 'failed', error: HELD } }
    : { send: { ...row, text: REPEAT_MARK + row.text } };
}

/** Milliseconds: doubled with each attempt, by half at random, so that many do not come back at once. */
function backoff(attempts: number, random: Random): number {
  const base = Math.min(MAX_BACKOFF, SECOND * 2 ** Math.min(attempts, 10));
  return base / 2 + (random() * base) / 2;
}
