import type { Log } from '../core/log.ts';
import type { Platform } from '../platforms/platform.ts';

/**
 * Starts every account; one that fails for good is shown and does not stop the others. What is worth
 * retrying does not fail here: an adapter's `start` resolves and goes on trying.
 *
 * The terminal is no account: it always works, and a gateway that reaches nobody but its own shell
 * cannot work as configured.
 * @throws the first failure (a ConfigError: exit 78) when there are accounts and all failed.
 */
export async function startAccounts(
  platforms: readonly Platform[],
  start: (p: Platform) => Promise<void>,
  log: Log,
): Promise<void> {
  const ends = await Promise.allSettled(platforms.map(start));
  const failures = ends.flatMap((end, i) =>
    end.status === 'rejected' ? [{ platform: platforms[i], error: end.reason as Error }] : [],
  );
  for (const { platform, error } of failures) {
    log.error(
      { err: error, platform: platform?.platform, account: platform?.account },
      `this account cannot work: ${error.message}`,
    );
  }
  const accounts = platforms.filter((p) => p.platform !== 'terminal').length;
  const first = failures[0];
  if (first !== undefined && failures.length >= accounts) throw first.error;
}
