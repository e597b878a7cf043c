import type { Examination } from '../platforms/shared/examination.ts';
import type { AccountPlatform } from './answers.ts';

const LIMIT_MS = 10_000;

/** Where a platform is asked; a test's own server, or one's own Bot API server. */
export interface Roots {
  readonly telegram?: string;
  readonly discord?: string;
}

/**
 * Asks a platform about a token that is not configured yet.
 * `refused`: the platform says that it is no token of a bot. `unchecked`: nobody answered.
 */
export async function checkToken(
  platform: AccountPlatform,
  token: string,
  roots: Roots,
): Promise<{ readonly is: 'good' | 'refused' | 'unchecked'; readonly examination: Examination }> {
  const deps = {
    token,
    tokenInShell: 'TOKEN',
    signal: AbortSignal.timeout(LIMIT_MS),
    fetch,
    now: Date.now,
  };
  const examination = await ask(platform, roots, deps);
  if (examination.who !== undefined) return { is: 'good', examination };
  return { is: examination.unanswered ? 'unchecked' : 'refused', examination };
}

type Deps = Parameters<typeof import('../platforms/telegram/examine.ts').examineTelegram>[1];

async function ask(platform: AccountPlatform, roots: Roots, deps: Deps): Promise<Examination> {
  if (platform === 'telegram') {
    const { examineTelegram } = await import('../platforms/telegram/examine.ts');
    const { telegramOptions } = await import('../platforms/telegram/options.ts');
    const root = roots.telegram === undefined ? {} : { api_root: roots.telegram };
    return examineTelegram(telegramOptions.parse(root), deps);
  }
  const { examineDiscord } = await import('../platforms/discord/examine.ts');
  const { discordOptions } = await import('../platforms/discord/options.ts');
  const root = roots.discord === undefined ? {} : { api_base: roots.discord };
  return examineDiscord(discordOptions.parse(root), deps);
}
