import { createHash } from 'node:crypto';
import { type Clock, SECOND, type Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Liveness } from '../core/status.ts';
import type { Host, Platform } from '../platforms/platform.ts';
import type { ClaimAccount } from './accountClaims.ts';

const AGAIN = 5 * SECOND;
const REASON =
  'another gateway of this user on this machine serves this account; stop that one, or give this one a token of its own';

/** What an account is known by on this machine: never its token. */
export function accountHash(platform: string, server: string, token: string): string {
  return createHash('sha256').update(`${platform}\0${server}\0${token}`).digest('hex');
}

/**
 * An account that one gateway on a machine may serve at a time: two that poll with one token throw
 * each other out for ever. It is started once it is ours; until then it says who is in the way, sends
 * nothing for itself, and asks again.
 *
 *     waiting ⇄ asked ──ours──▶ started
 */
export function ownedAccount(
  inner: Platform,
  hash: string,
  claim: ClaimAccount,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Platform {
  let timer: Timer | undefined;
  let wanted = false;
  let waiting: Liveness | undefined;

  async function begin(host: Host): Promise<void> {
    if (await claim(hash)) {
      if (!wanted) return;
      waiting = undefined;
      await inner.start(host);
      return;
    }
    if (!wanted) return;
    if (waiting === undefined) {
      log.warn({ platform: inner.platform, account: inner.account }, `${REASON}; waiting for it`);
      waiting = { state: 'retrying', reason: REASON };
      host.changed();
    }
    timer = clock.after(AGAIN, () => {
      begin(host).catch((error: Error) => {
        log.error(
          { err: error, platform: inner.platform, account: inner.account },
          `this account cannot work: ${error.message}`,
        );
      });
    });
  }

  const stop = () => {
    wanted = false;
    timer?.cancel();
  };
  return {
    ...inner,
    start(host) {
      wanted = true;
      return begin(host);
    },
    async stopReceiving() {
      stop();
      if (waiting === undefined) await inner.stopReceiving();
    },
    async send(row, signal) {
      if (waiting === undefined) return inner.send(row, signal);
      return { ok: false, kind: 'transient', error: REASON, retryAfterMs: AGAIN };
    },
    liveness: () => waiting ?? inner.liveness(),
    async close() {
      stop();
      await inner.close();
    },
  };
}
