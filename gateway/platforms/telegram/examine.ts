import type { UserFromGetMe, WebhookInfo } from 'grammy/types';
import {
  type AccountProblem,
  ask,
  type Examination,
  type ExamineDeps,
  unanswered,
} from '../shared/examination.ts';
import type { TelegramOptions } from './options.ts';

type Needed = Pick<TelegramOptions, 'api_root' | 'groups'>;

/**
 * Asks Telegram whose the token is, and whether that bot may do what is configured
 * (https://core.telegram.org/bots/api#getme, #getwebhookinfo). It receives and sends nothing.
 */
export async function examineTelegram(options: Needed, deps: ExamineDeps): Promise<Examination> {
  const root = options.api_root.replace(/\/+$/, '');
  const call = (method: string) => ask(`${root}/bot${deps.token}/${method}`, {}, deps);
  try {
    const said = await call('getMe');
    const aheadMs = said.aheadMs === undefined ? {} : { aheadMs: said.aheadMs };
    const answer = said.body as { ok?: boolean; result?: UserFromGetMe } | undefined;
    const me = answer?.result;
    // Any other server says 404 as well; only the API says it in its own words.
    const refused = (said.status === 401 || said.status === 404) && answer?.ok === false;
    if (refused) return { problems: [REFUSED], ...aheadMs };
    if (me === undefined) return { problems: [strange(said.status)], ...aheadMs };
    const hook = ((await call('getWebhookInfo')).body as { result?: WebhookInfo } | undefined)
      ?.result;
    const problems = [
      ...(hook?.url ? [webhookSet(`${root}/bot${deps.tokenInShell}/deleteWebhook`)] : []),
      ...missingRights(me, options),
    ];
    return { who: `@${me.username}`, problems, ...aheadMs };
  } catch (error) {
    return unanswered('Telegram', root, error);
  }
}

const REFUSED: AccountProblem = {
  level: 'problem',
  what: 'Telegram does not know the token',
  mend: 'send /token to @BotFather, then: sluice init --yes --telegram-token-file FILE',
};

function strange(status: number): AccountProblem {
  return {
    level: 'problem',
    what: `Telegram answered ${status}, not what its API answers; is api_root right?`,
    mend: 'sluice config check --json | grep api_root',
  };
}

function webhookSet(url: string): AccountProblem {
  return {
    level: 'problem',
    what: 'a webhook is set for this bot, so its messages go there and cannot be fetched',
    mend: `curl -sS "${url}"`,
  };
}

function missingRights(me: UserFromGetMe, { groups }: Needed): AccountProblem[] {
  if (groups === 'off') return [];
  if (!me.can_join_groups) {
    const what = `it may not be added to groups, though groups is "${groups}"`;
    return [{ level: 'warning', what, mend: 'send /setjoingroups to @BotFather: Enable' }];
  }
  if (groups !== 'all' || me.can_read_all_group_messages) return [];
  return [
    {
      level: 'warning',
      what: 'its privacy mode is on: in groups it sees only what is addressed to it, though groups is "all"',
      mend: 'send /setprivacy to @BotFather: Disable; then add the bot to its groups anew',
    },
  ];
}
