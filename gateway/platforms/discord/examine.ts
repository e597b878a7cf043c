import {
  type APIApplication,
  type APIGatewayBotInfo,
  type APIUser,
  ApplicationFlags,
  PermissionFlagsBits,
  type RESTAPIPartialCurrentUserGuild,
} from 'discord-api-types/v10';
import {
  type AccountProblem,
  ask,
  type Examination,
  type ExamineDeps,
  unanswered,
} from '../shared/examination.ts';
import type { DiscordOptions } from './options.ts';

type Needed = Pick<DiscordOptions, 'api_base' | 'groups' | 'threads'>;

const PORTAL = 'https://discord.com/developers/applications';
/** So many new sessions a day are left before Discord resets the token of a bot that asks for more. */
const FEW_SESSIONS = 20;

/**
 * Asks Discord whose the token is, whether the bot may read messages, and on which servers it lacks a
 * permission it needs (https://discord.com/developers/docs/resources/user#get-current-user-guilds).
 * It opens no session and sends nothing.
 */
export async function examineDiscord(options: Needed, deps: ExamineDeps): Promise<Examination> {
  const root = options.api_base.replace(/\/+$/, '');
  const get = async <T>(path: string) => {
    const said = await ask(`${root}/v10${path}`, { authorization: `Bot ${deps.token}` }, deps);
    return { ...said, body: (said.status === 200 ? said.body : undefined) as T | undefined };
  };
  try {
    const me = await get<APIUser>('/users/@me');
    const aheadMs = me.aheadMs === undefined ? {} : { aheadMs: me.aheadMs };
    if (me.status === 401) return { problems: [REFUSED], ...aheadMs };
    if (me.body === undefined) return { problems: [strange(me.status)], ...aheadMs };
    const [application, guilds, gateway] = await Promise.all([
      get<APIApplication>('/applications/@me'),
      get<RESTAPIPartialCurrentUserGuild[]>('/users/@me/guilds'),
      get<APIGatewayBotInfo>('/gateway/bot'),
    ]);
    const id = application.body?.id ?? me.body.id;
    const problems = [
      ...intents(application.body, id),
      ...(options.groups === 'off' ? [] : rights(guilds.body, id, neededRights(options))),
      ...sessions(gateway.body),
    ];
    return { who: `@${me.body.username}`, problems, ...aheadMs };
  } catch (error) {
    return unanswered('Discord', root, error);
  }
}

const REFUSED: AccountProblem = {
  level: 'problem',
  what: 'Discord does not know the token',
  mend: `${PORTAL} (Bot, Reset Token), then: sluice init --yes --discord-token-file FILE`,
};

function strange(status: number): AccountProblem {
  return {
    level: 'problem',
    what: `Discord answered ${status}, not what its API answers; is api_base right?`,
    mend: 'sluice config check --json | grep api_base',
  };
}

function intents(application: APIApplication | undefined, id: string): AccountProblem[] {
  if (application?.flags === undefined) return [];
  const read =
    ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited;
  if ((application.flags & read) !== 0) return [];
  return [
    {
      level: 'problem',
      what: 'the bot may not read messages: its "Message Content Intent" is off',
      mend: `switch it on at ${PORTAL}/${id}/bot (Privileged Gateway Intents)`,
    },
  ];
}

function neededRights({ threads }: Needed): Readonly<Record<string, bigint>> {
  const flags = PermissionFlagsBits;
  return {
    'View Channels': flags.ViewChannel,
    'Send Messages': flags.SendMessages,
    'Send Messages in Threads': flags.SendMessagesInThreads,
    'Read Message History': flags.ReadMessageHistory,
    ...(threads ? { 'Create Public Threads': flags.CreatePublicThreads } : {}),
  };
}

function rights(
  guilds: readonly RESTAPIPartialCurrentUserGuild[] | undefined,
  id: string,
  needed: Readonly<Record<string, bigint>>,
): AccountProblem[] {
  if (guilds === undefined) return [];
  const bits = Object.values(needed).reduce((all, bit) => all | bit, 0n);
  const invite = `https://discord.com/oauth2/authorize?client_id=${id}&scope=bot+applications.commands&permissions=${bits}`;
  if (guilds.length === 0) {
    return [{ level: 'warning', what: 'the bot is on no server yet', mend: `open ${invite}` }];
  }
  return guilds.flatMap(({ name, permissions }) => {
    const has = BigInt(permissions);
    if ((has & PermissionFlagsBits.Administrator) !== 0n) return [];
    const missing = Object.entries(needed).filter(([, bit]) => (has & bit) === 0n);
    if (missing.length === 0) return [];
    const what = `on the server "${name}" it lacks: ${missing.map(([right]) => right).join(', ')}`;
    return [{ level: 'warning' as const, what, mend: `open ${invite}` }];
  });
}

function sessions(gateway: APIGatewayBotInfo | undefined): AccountProblem[] {
  const left = gateway?.session_start_limit;
  if (left === undefined || left.remaining >= FEW_SESSIONS) return [];
  const hours = Math.ceil(left.reset_after / 3_600_000);
  return [
    {
      level: 'warning',
      what: `only ${left.remaining} new sessions are left today; is the token used elsewhere too?`,
      mend: `wait ${hours} h, and see \`sluice service logs\` for why it connects so often`,
    },
  ];
}
