import { z } from 'zod';
import { PRESET_NAMES } from './presets.ts';

/** An agent that speaks the Agent Client Protocol over its standard input and output. */
export const AcpOptions = z
  .strictObject({
    type: z.literal('acp'),
    command: z.array(z.string()).min(1).optional().meta({
      description: 'The agent that speaks the Agent Client Protocol, and its arguments.',
      'x-expected': 'a list of words, such as [opencode, acp]',
    }),
    preset: z
      .enum(PRESET_NAMES)
      .optional()
      .meta({ description: 'A known agent, instead of `command`.' }),
    cwd: z.string().default('session').meta({
      description: 'Where it works: `session` (a folder for each session), `shared`, or a path.',
    }),
    affinity: z.boolean().default(true).meta({
      description:
        'With a shared journal: a conversation stays on the machine that has the agent’s session and folder, while that lives.',
    }),
    env: z
      .array(z.string())
      .default([])
      .meta({ description: 'Environment variables that are passed on; nothing else of ours is.' }),
    process: z
      .enum(['session', 'shared'])
      .default('session')
      .meta({ description: 'A process for each session, or one for all of them.' }),
    permissions: z
      .enum(['ask', 'allow', 'deny'])
      .default('ask')
      .meta({ description: 'What is done when the agent asks for permission.' }),
    idle_timeout: z.number().min(0).default(900).meta({
      description: 'An agent process without work ends after this.',
      'x-unit': 'seconds',
    }),
    start_timeout: z.number().min(1).default(60).meta({
      description: 'How long it may take to start and to open a session.',
      'x-unit': 'seconds',
    }),
    max_processes: z.int().min(1).default(8).meta({
      description: 'Agent processes at a time; a turn beyond them waits.',
    }),
    max_memory: z.int().min(0).default(4096).meta({
      description:
        'An agent process that takes more than this, with all it started, is ended. 0: no limit.',
      'x-unit': 'MiB',
    }),
    fs: z.boolean().default(false).meta({
      description:
        "The agent may read and write files of its session's folder through the gateway.",
    }),
    terminal: z.boolean().default(false).meta({
      description: "The agent may run commands in its session's folder through the gateway.",
    }),
  })
  .refine((o) => (o.command === undefined) !== (o.preset === undefined), {
    message: 'either `command` or `preset`',
    path: ['command'],
  })
  .meta({ description: 'An agent that speaks the Agent Client Protocol (ACP).' });

export type AcpOptions = z.output<typeof AcpOptions>;
