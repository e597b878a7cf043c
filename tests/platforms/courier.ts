import type { Outbound } from '../../gateway/core/outbox.ts';
import { attemptSend } from '../../gateway/delivery/sendAttempt.ts';
import type { Platform } from '../../gateway/platforms/platform.ts';
import { ManualClock } from '../harness/clock.ts';
import { silentLog } from './fakeHost.ts';

/** Sends a row as the courier does: one that was cut off is reconciled by what its platform can prove. */
export function courier(platform: Platform, ambiguous: 'hold' | 'resend-marked') {
  const deps = {
    clock: new ManualClock(),
    random: () => 0,
    settings: { ambiguous },
    log: silentLog,
  };
  return (row: Outbound) => attemptSend(platform, row, new AbortController().signal, deps);
}
