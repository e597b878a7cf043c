import { z } from 'zod';

/** A program that is started once for each turn. */
export const ProcessOptions = z
  .strictObject({
    type: z.literal('process'),
    command: z.array(z.string()).min(1).meta({
      description: 'The program that answers and its arguments; never a shell string.',
      'x-expected': 'a list of words, such as [node, agent.js]',
    }),
    cwd: z
      .string()
      .optional()
      .meta({ description: "Its working directory. Absent: the configuration file's folder." }),
    env: z
      .array(z.string())
      .default([])
      .meta({ description: 'Environment variables that are passed on; nothing else of ours is.' }),
    mode: z
      .enum(['text', 'json-lines'])
      .default('text')
      .meta({ description: 'What it prints: plain text, or one JSON event a line.' }),
    input: z.enum(['text', 'json']).default('text').meta({
      description:
        'What it reads: the message, or one line of JSON with history and earlier steps too.',
    }),
    timeout: z.number().min(1).default(1800).meta({
      description: 'The longest run of one turn.',
      'x-unit': 'seconds',
    }),
    max_output: z.int().min(1).default(1_048_576).meta({
      description: 'More output than this ends the turn.',
      'x-unit': 'bytes',
    }),
  })
  .meta({ description: 'A program that reads a message and prints its answer.' });

export type ProcessOptions = z.output<typeof ProcessOptions>;
