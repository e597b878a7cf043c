import { RequestError } from '../core/exit.ts';
import type { AccountAnswer, AccountPlatform, Answers } from './answers.ts';
import type { ConfigDocument } from './configDocument.ts';
import { type Flags, secretFrom } from './flags.ts';
import { checkToken } from './liveCheck.ts';
import type { Prompts } from './prompts.ts';

interface Asked {
  readonly flags: Flags;
  readonly now: ConfigDocument;
  readonly prompts: Prompts | undefined;
  readonly warn: (message: string) => void;
}

interface Words {
  readonly label: string;
  readonly token: string;
  readonly owner: string;
  readonly root: string;
}

const WORDS: Readonly<Record<AccountPlatform, Words>> = {
  telegram: {
    label: 'Telegram',
    token: "The bot's token? @BotFather gives it: /newbot.",
    owner: 'Your own Telegram id? A number; @userinfobot tells it. Empty: later.',
    root: 'api_root',
  },
  discord: {
    label: 'Discord',
    token: "The bot's token? discord.com/developers/applications, Bot, Reset Token.",
    owner: 'Your own Discord id? A number; right-click your name, Copy User ID. Empty: later.',
    root: 'api_base',
  },
};

/** Which chat platforms are served, with tokens that their platforms have been asked about. */
export async function askForAccounts(asked: Asked): Promise<Pick<Answers, AccountPlatform>> {
  const { flags, now, prompts } = asked;
  const given = {
    telegram: {
      off: flags.telegram === false,
      tokenFile: flags.telegramTokenFile,
      owners: flags.telegramOwner,
    },
    discord: {
      off: flags.discord === false,
      tokenFile: flags.discordTokenFile,
      owners: flags.discordOwner,
    },
  };
  const platforms = Object.keys(WORDS) as AccountPlatform[];
  const served = platforms.filter(
    (p) => hasToken(now, p) && now.get([...now.account(p), 'enabled']) !== false,
  );
  const flagged = platforms.filter((p) => given[p].tokenFile !== undefined);
  const off = platforms.filter((p) => given[p].off);
  const wanted =
    prompts === undefined || flagged.length + off.length > 0
      ? [...new Set([...served, ...flagged])].filter((p) => !off.includes(p))
      : await prompts.several(
          'Where do people write, besides the page? (space selects, none is fine)',
          platforms.map((value) => ({ value, label: WORDS[value].label })),
          served,
        );
  const answers: { telegram?: AccountAnswer; discord?: AccountAnswer } = {};
  for (const platform of platforms) {
    if (!wanted.includes(platform)) {
      if (served.includes(platform)) answers[platform] = { enabled: false };
      continue;
    }
    const { tokenFile, owners } = given[platform];
    const token =
      tokenFile === undefined
        ? await typedToken(platform, asked)
        : await fromFile(platform, tokenFile, asked);
    if (token === undefined && !hasToken(now, platform)) continue;
    const owner = owners ?? (await askForOwner(platform, asked));
    answers[platform] = {
      ...(token === undefined ? {} : { token }),
      ...(served.includes(platform) || !hasToken(now, platform) ? {} : { enabled: true }),
      ...(owner === undefined ? {} : { owners: owner }),
    };
  }
  return answers;
}

function hasToken(now: ConfigDocument, platform: AccountPlatform): boolean {
  const path = now.account(platform);
  return now.has([...path, 'token_file']) || now.has([...path, 'token_env']);
}

async function typedToken(platform: AccountPlatform, asked: Asked): Promise<string | undefined> {
  const { prompts, now, flags } = asked;
  const { label, token: question } = WORDS[platform];
  if (prompts === undefined) return undefined;
  if (hasToken(now, platform)) {
    if (!(await prompts.confirm(`${label} has a token already. Replace it?`, false)))
      return undefined;
  }
  for (;;) {
    const token = await prompts.secret(`${label}: ${question} Empty: not now.`);
    if (token === '') return undefined;
    if (!flags.check) return token;
    const check = checkToken(platform, token, rootOf(platform, now));
    const { is, examination } = await prompts.during(`RunQuestions ${label}`, check, (found) => {
      if (found.is === 'good') return `${label} knows it: ${found.examination.who}`;
      return found.is === 'refused' ? `${label} refused it` : `${label} could not be asked`;
    });
    for (const { what, mend } of examination.problems) {
      prompts.warn(is === 'refused' ? what : `${what}\n→ ${mend}`);
    }
    if (is !== 'refused') return token;
  }
}

/** @throws RequestError for a token that its platform refuses. */
async function fromFile(platform: AccountPlatform, file: string, asked: Asked): Promise<string> {
  const flag = `--${platform}-token-file`;
  const token = secretFrom(file, flag);
  if (!asked.flags.check) return token;
  const { is, examination } = await checkToken(platform, token, rootOf(platform, asked.now));
  const problems = examination.problems.map(({ what }) => what).join('; ');
  if (is === 'refused') {
    throw new RequestError(
      `${flag}: ${problems}; nothing was written (--no-check writes it all the same)`,
    );
  }
  if (problems !== '') asked.warn(`${WORDS[platform].label}: ${problems}`);
  return token;
}

/** Undefined: as it is. */
async function askForOwner(
  platform: AccountPlatform,
  { prompts, now }: Asked,
): Promise<readonly string[] | undefined> {
  const before = now.get([...now.account(platform), 'owners']);
  if (prompts === undefined || (Array.isArray(before) && before.length > 0)) return undefined;
  const id = await prompts.text(WORDS[platform].owner, {
    validate: (value) => (/^\d*$/.test(value) ? undefined : 'A number, or nothing.'),
  });
  return id === '' ? undefined : [id];
}

function rootOf(
  platform: AccountPlatform,
  now: ConfigDocument,
): { telegram?: string; discord?: string } {
  const root = now.get([...now.account(platform), WORDS[platform].root]);
  return typeof root === 'string' ? { [platform]: root } : {};
}
