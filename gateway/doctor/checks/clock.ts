import { examineAccounts } from '../accounts.ts';
import type { Check } from '../check.ts';
import { says } from '../finding.ts';

const { ok, problem, warning } = says('clock');
/** A platform's answer says its time to the second, and takes a while to come. */
const SKEW_MS = 30_000;
const RELEASED = Date.UTC(2026, 0, 1);
const MEND = 'sudo timedatectl set-ntp true';

/** The wall clock, held against what the platforms say the time is, where any is asked. */
export const clockCheck: Check = {
  name: 'clock',
  async examine(of, signal) {
    const now = of.now();
    if (now < RELEASED) {
      return [problem(`it says ${new Date(now).toISOString()}, before sluice was written`, MEND)];
    }
    const accounts = await examineAccounts(of, signal).catch(() => []);
    const ahead = accounts.flatMap(({ examination: e }) =>
      e?.aheadMs === undefined ? [] : [e.aheadMs],
    );
    if (ahead.length === 0) return [ok('nothing configured tells the time; it looks right')];
    const least = ahead.reduce((a, b) => (Math.abs(a) < Math.abs(b) ? a : b));
    if (Math.abs(least) <= SKEW_MS) return [ok('agrees with the platforms')];
    const seconds = Math.round(Math.abs(least) / 1000);
    const off = least > 0 ? 'slow' : 'fast';
    return [warning(`it is ${seconds} s ${off}, by the platforms' time`, MEND)];
  },
};
