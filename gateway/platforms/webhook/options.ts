import { z } from 'zod';

const secretEnv = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
  .optional()
  .meta({
    description:
      'The secret that signs requests: the name of the environment variable that holds it',
    'x-secret': true,
    'x-expected': 'the name of an environment variable (letters, digits, underscores)',
  });

/** One webhook, as the configuration names it. */
export const webhookOptions = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+$/)
    .default('default')
    .meta({
      description: 'The name of the webhook: the last part of its address, /webhooks/NAME.',
      'x-expected': 'letters, digits, dots, dashes and underscores',
    }),
  enabled: z.boolean().default(true).meta({ description: 'Whether this webhook is served.' }),
  secret_env: secretEnv,
  secret_file: z.string().min(1).optional().meta({
    description: 'The secret that signs requests: the path of a file that holds it',
    'x-secret': true,
  }),
  role: z.enum(['guest', 'owner']).default('guest').meta({
    description: 'What its senders may do: an owner may restart and drain the gateway.',
  }),
  replay_window: z.number().min(1).default(300).meta({
    description: 'A request whose timestamp is further than this from now is refused.',
    'x-unit': 'seconds',
  }),
  max_body: z.int().min(1).default(1_048_576).meta({
    description: 'The largest request body.',
    'x-unit': 'bytes',
  }),
  reply_url: z.url().optional().meta({
    description:
      'Where replies are posted; without it they are read by asking again with the same id.',
  }),
  reply_idempotent: z.boolean().default(false).meta({
    description:
      'The receiver at `reply_url` heeds the Idempotency-Key header, so a reply may be sent again.',
  }),
  timeout: z.number().min(1).default(10).meta({
    description: 'The longest wait for an answer of `reply_url`.',
    'x-unit': 'seconds',
  }),
});

export type WebhookOptions = z.output<typeof webhookOptions>;
