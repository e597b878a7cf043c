import { z } from 'zod';

const ids = (about: string) =>
  z
    .array(z.union([z.string(), z.int()]))
    .default([])
    .meta({ description: about });

const seconds = (about: string, min = 0) =>
  z.number().min(min).meta({ description: about, 'x-unit': 'seconds' });

/** One Telegram bot, as the configuration names it. */
export const telegramOptions = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+$/)
    .default('default')
    .meta({
      description: 'The name of the account; it is part of every lane, so keep it.',
      'x-expected': 'letters, digits, dots, dashes and underscores',
    }),
  enabled: z.boolean().default(true).meta({ description: 'Whether this account is served.' }),
  token_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .optional()
    .meta({
      description: "The bot's token: the name of the environment variable that holds it",
      'x-secret': true,
      'x-expected': 'the name of an environment variable (letters, digits, underscores)',
    }),
  token_file: z.string().min(1).optional().meta({
    description: "The bot's token: the path of a file that holds it",
    'x-secret': true,
  }),
  owners: ids('Ids of the people who may give operational orders.'),
  allowed: ids('Ids of the people and chats that are answered; others are not, save by pairing.'),
  pairing: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether a stranger is given a code that an owner can approve.' }),
  api_root: z
    .url()
    .default('https://api.telegram.org')
    .meta({ description: 'The Bot API server.' }),
  groups: z.enum(['addressed', 'all', 'off']).default('addressed').meta({
    description:
      'In groups: answer when mentioned, replied to or given a command; everything; nothing.',
  }),
  edited: z.enum(['message', 'ignore']).default('message').meta({
    description: 'An edited message is a new message, marked as edited; or it is ignored.',
  }),
  stream: z
    .boolean()
    .default(true)
    .meta({ description: 'Show the reply as it grows, by editing one message.' }),
  stream_interval: seconds(
    'Between two edits in a private chat; groups take three times it.',
    0.2,
  ).default(1.2),
  notify_after: seconds(
    'A reply that took longer than this is sent as a new message, so that it notifies, and its growing one is removed. Earlier replies end in the message that showed them growing.',
  ).default(60),
  acknowledge: z.enum(['typing', 'reaction']).default('typing').meta({
    description: 'How a message is shown to be received: typing alone, or a reaction too.',
  }),
  poll_timeout: seconds('How long one request waits for updates.').default(30),
  request_timeout: seconds('The longest wait for an answer to any other request.', 1).default(20),
});

export type TelegramOptions = z.output<typeof telegramOptions>;
