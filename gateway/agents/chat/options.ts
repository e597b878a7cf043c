import { z } from 'zod';

/** A model behind an endpoint that speaks OpenAI's chat completions. */
export const ChatOptions = z
  .strictObject({
    type: z.literal('chat'),
    base_url: z.url().meta({ description: 'The OpenAI-compatible endpoint, up to /v1.' }),
    model: z.string().min(1).meta({ description: 'The model that answers.' }),
    models: z.array(z.string()).default([]).meta({
      description: 'Models that /model may choose. Empty: those that the endpoint lists.',
    }),
    api_key_env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .optional()
      .meta({
        description: 'The API key: the name of the environment variable that holds it',
        'x-secret': true,
        'x-expected': 'the name of an environment variable (letters, digits, underscores)',
      }),
    api_key_file: z.string().min(1).optional().meta({
      description:
        'The API key: the path of a file that holds it (relative to the configuration file)',
      'x-secret': true,
    }),
    system_prompt_file: z.string().min(1).optional().meta({
      description: 'The system prompt, a file (relative to the configuration file).',
    }),
    context_tokens: z.int().min(256).default(32_000).meta({
      description:
        'System prompt, history and message together are kept to about this many tokens; the oldest history goes first.',
    }),
    images: z
      .boolean()
      .default(false)
      .meta({ description: 'The model sees images; photos are sent to it.' }),
    reasoning: z.enum(['hide', 'show', 'quote']).default('hide').meta({
      description:
        'What becomes of the reasoning that a model puts before its answer: shown while it works and then left out, part of the answer, or quoted above it.',
    }),
    max_retries: z.int().min(0).max(20).default(4).meta({
      description:
        'How often a request is repeated that met a full, failing or absent server, before the first word came.',
    }),
    timeout: z.number().min(1).default(600).meta({
      description: 'The longest wait for one answer to begin, and for its retries.',
      'x-unit': 'seconds',
    }),
  })
  .meta({ description: 'A model behind an OpenAI-compatible API.' });

export type ChatOptions = z.output<typeof ChatOptions>;
