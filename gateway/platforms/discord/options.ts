import { z } from 'zod';

const ids = (about: string) =>
  z
    .array(z.union([z.string(), z.int()]))
    .default([])
    .meta({ description: about });

const seconds = (about: string, min = 0) =>
  z.number().min(min).meta({ description: about, 'x-unit': 'seconds' });

/** One Discord bot, as the configuration names it. */
export const discordOptions = z.strictObject({
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
  allowed: ids(
    'Ids of the people, channels and servers that are answered; others are not, save by pairing.',
  ),
  pairing: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether a stranger is given a code that an owner can approve.' }),
  api_base: z.url().default('https://discord.com/api').meta({
    description: 'The REST API, without its version; it also names the gateway to connect to.',
  }),
  groups: z.enum(['addressed', 'all', 'off']).default('addressed').meta({
    description:
      'On servers: answer when mentioned, replied to or given a command; everything; nothing.',
  }),
  edited: z.enum(['message', 'ignore']).default('message').meta({
    description: 'An edited message is a new message, marked as edited; or it is ignored.',
  }),
  stream: z
    .boolean()
    .default(true)
    .meta({ description: 'Show the reply as it grows, by editing one message.' }),
  stream_interval: seconds('Between two edits in a channel.', 0.2).default(1.5),
  threads: z.boolean().default(false).meta({
    description: 'On servers, each conversation gets a thread of its own.',
  }),
  request_timeout: seconds('The longest wait for an answer to any other request.', 1).default(20),
});

export type DiscordOptions = z.output<typeof discordOptions>;
