import { z } from 'zod';
import { attachmentsOptions } from '../attachments/options.ts';
import { SECOND } from '../core/clock.ts';
import { BUSY_MODES } from '../core/message.ts';
import { DEFAULTS } from '../core/settings.ts';
import { AgentSchema } from './agents.ts';
import { bytes, command, count, seconds } from './fields.ts';
import { PlatformsSchema } from './platforms.ts';

const agent = z.strictObject({
  default: z.string().min(1).default(DEFAULTS.defaultAgent).meta({
    description: 'The agent that answers where no route names another; a key of `agents`.',
  }),
  restart_drain_timeout: seconds(
    'How long a full restart or a stop lets running turns go on. 0: they are cut at once.',
  ).default(DEFAULTS.restartDrainTimeout / SECOND),
  handover_timeout: seconds(
    'How long an instance that was handed over may go on with its turns.',
    1,
  ).default(DEFAULTS.handoverTimeout / SECOND),
  on_crash: z.enum(['resume', 'tell']).default(DEFAULTS.onCrash).meta({
    description:
      'A turn that a crash cut off: taken up again where the agent can, or the person is told.',
  }),
  max_attempts: count('After this many runs of one turn it is a dead letter.', 1).default(
    DEFAULTS.maxAttempts,
  ),
  turn_timeout: seconds('The longest run of one turn.', 1).default(DEFAULTS.turnTimeout / SECOND),
  soft_timeout: seconds(
    'A turn that works for this long is said to take longer, once. 0: never.',
  ).default(DEFAULTS.softTimeout / SECOND),
  progress_timeout: seconds('A turn that shows no progress for this long is ended.', 1).default(
    DEFAULTS.progressTimeout / SECOND,
  ),
  interrupt_grace: seconds('How long an interrupted turn has to end by itself.').default(
    DEFAULTS.interruptGrace / SECOND,
  ),
  max_output: bytes('A reply longer than this ends its turn.').default(DEFAULTS.maxOutput),
  loop_limit: count('The same step this many times in a row ends the turn.', 2).default(
    DEFAULTS.loopLimit,
  ),
  question_timeout: seconds(
    "How long an agent's question waits for the person's answer.",
    1,
  ).default(DEFAULTS.questionTimeout / SECOND),
});

const display = z.strictObject({
  busy_input_mode: z.enum(BUSY_MODES).default(DEFAULTS.busyMode).meta({
    description:
      'What a message does that meets a running turn: ends it, waits behind it, or goes into it.',
  }),
  notices: z
    .strictObject({
      queued_behind_drain: z
        .string()
        .default(DEFAULTS.notices.queuedBehindDrain)
        .meta({ description: 'Said when a message waits behind a turn of a draining instance.' }),
      queued_behind_restart: z
        .string()
        .default(DEFAULTS.notices.queuedBehindRestart)
        .meta({ description: 'Said when a message waits for the next instance.' }),
      queued_behind_pause: z
        .string()
        .default(DEFAULTS.notices.queuedBehindPause)
        .meta({ description: 'Said when a message waits for the end of a `/drain`.' }),
      cannot_steer: z
        .string()
        .default(DEFAULTS.notices.cannotSteer)
        .meta({ description: 'Said when a message cannot go into the running turn.' }),
      agent_moved: z
        .string()
        .default(DEFAULTS.notices.agentMoved)
        .meta({ description: 'Said once when the machine with the agent’s session is gone.' }),
      still_working: z
        .string()
        .default(DEFAULTS.notices.stillWorking)
        .meta({ description: 'Said once when a turn takes longer than `agent.soft_timeout`.' }),
    })
    .prefault({})
    .meta({ description: "The gateway's own words in a chat." }),
});

const hook = z.strictObject({
  command: command('The program to run; it gets the event as JSON on its standard input.'),
  timeout: seconds('It is ended after this.', 0.1).default(10),
});

const route = z.strictObject({
  platform: z.string().min(1).meta({ description: 'The platform the rule is for.' }),
  chat: z.string().optional().meta({ description: 'One chat of it; absent: every chat.' }),
  agent: z.string().min(1).meta({ description: 'A key of `agents`.' }),
});

/** Every key of the configuration, with its default, unit and description. The one place for them. */
export const ConfigSchema = z
  .strictObject({
    agent: agent.prefault({}).meta({ description: 'How turns run.' }),
    agents: z
      .record(z.string().min(1), AgentSchema)
      .default({ demo: { type: 'demo' } })
      .meta({ description: 'The agents, by a name of your choice.' }),
    display: display.prefault({}).meta({ description: 'How the gateway behaves in a chat.' }),
    queue: z
      .strictObject({
        limit: count(
          'Messages that may wait in one conversation; one more is refused, and said.',
          1,
        ).default(DEFAULTS.queueLimit),
        burst_window: seconds('Photos of one sender within this time are one message.').default(
          DEFAULTS.burstWindow / SECOND,
        ),
      })
      .prefault({})
      .meta({ description: 'Messages that wait.' }),
    outbox: z
      .strictObject({
        ttl: seconds('A reply that could not be sent for this long expires.', 1).default(
          DEFAULTS.outboxTtl / SECOND,
        ),
        ambiguous: z.enum(['resend-marked', 'hold']).default(DEFAULTS.ambiguous).meta({
          description:
            'A reply that may or may not have arrived, where the platform cannot tell: sent once more with a mark, or held for a person.',
        }),
      })
      .prefault({})
      .meta({ description: 'Replies on their way.' }),
    sessions: z
      .strictObject({
        groups: z
          .enum(['shared', 'per-sender'])
          .default(DEFAULTS.groups)
          .meta({ description: 'A group has one conversation, or one for each sender.' }),
        history_limit: count('Messages of history that an agent is given.', 0).default(
          DEFAULTS.historyLimit,
        ),
      })
      .prefault({})
      .meta({ description: 'Conversations.' }),
    journal: z
      .strictObject({
        url_env: z.string().min(1).optional().meta({
          description:
            'The environment variable that holds `postgres://user:password@host/database`: the journal is shared by every machine that names the same one. Without it, and without SLUICE_JOURNAL_URL, it is a file in the home.',
        }),
        url_file: z.string().min(1).optional().meta({
          description: 'The same, from a file.',
        }),
        schema: z
          .string()
          .regex(/^[a-z_][a-z0-9_]{0,40}$/)
          .default('sluice')
          .meta({ description: 'The schema in that database; it is made where it is absent.' }),
        lease: seconds(
          'With a shared journal: another machine takes a silent one’s work over after this.',
          3,
        ).default(DEFAULTS.instanceLease / SECOND),
        peers: z
          .strictObject({
            enabled: z.boolean().default(true).meta({
              description:
                'With a shared journal: whether other machines hear this one directly, and show its turns as they run. They always get its replies.',
            }),
            host: z.string().min(1).optional().meta({
              description:
                'The address to listen at for them. Absent: the one from which this machine reaches the database.',
            }),
            port: z.int().min(0).max(65_535).default(0).meta({
              description: 'The port there. 0: any that is free.',
            }),
            advertise: z.string().min(1).optional().meta({
              description:
                '`host` or `host:port` by which they reach it, where that is another (a container, NAT).',
            }),
          })
          .prefault({})
          .meta({
            description:
              'How machines that share the journal hear each other, encrypted by keys in the journal.',
          }),
        retention: z
          .strictObject({
            age: seconds(
              'Messages that are over for this long are forgotten, with their events, turns and sent replies. Open work, dead letters and transcripts stay.',
              86_400,
            ).default(7_776_000),
            size: bytes(
              'While the journal holds more than this, younger ones are forgotten too, down to a day.',
            ).default(2_147_483_648),
          })
          .prefault({})
          .meta({ description: 'How long what is over is kept.' }),
      })
      .prefault({})
      .meta({ description: 'What is kept.' }),
    attachments: attachmentsOptions
      .prefault({})
      .meta({ description: 'The files that people send.' }),
    platforms: PlatformsSchema.prefault({}).meta({ description: 'Where people write.' }),
    routes: z
      .array(route)
      .default([])
      .meta({ description: 'Which agent answers where; the first rule that fits decides.' }),
    hooks: z.record(z.string().min(1), z.array(hook)).default({}).meta({
      description:
        'Programs that are run on an event, by its name: session:start, session:reset, session:end, turn:start, turn:end, gateway:drain, gateway:stop.',
    }),
    log: z
      .strictObject({
        level: z
          .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
          .default('info')
          .meta({ description: 'The least important line that is written.' }),
        format: z
          .enum(['auto', 'pretty', 'json'])
          .default('auto')
          .meta({ description: 'auto: readable on a terminal, JSON elsewhere.' }),
      })
      .prefault({})
      .meta({ description: 'The log, on standard error.' }),
  })
  .check((ctx) => {
    // How keys go together can be said only of keys that are right by themselves.
    if (ctx.issues.length > 0) return;
    const known = Object.keys(ctx.value.agents);
    const missing = (path: (string | number)[], name: string) => {
      if (known.includes(name)) return;
      ctx.issues.push({
        code: 'custom',
        path,
        input: name,
        message: `one of the agents defined under \`agents\` (${known.join(', ')})`,
      });
    };
    missing(['agent', 'default'], ctx.value.agent.default);
    for (const platform of ['telegram', 'discord', 'webhook'] as const) {
      const names = ctx.value.platforms[platform].map((account) => account.name);
      names.forEach((name, at) => {
        if (names.indexOf(name) === at) return;
        ctx.issues.push({
          code: 'custom',
          path: ['platforms', platform, at, 'name'],
          input: name,
          message: 'a name that no other account of the platform has',
        });
      });
    }
    ctx.value.routes.forEach((rule, at) => {
      missing(['routes', at, 'agent'], rule.agent);
    });
  });

/** The configuration once loaded: every key is there, durations in seconds, sizes in bytes. */
export type Config = z.output<typeof ConfigSchema>;
export type AgentOptions = z.output<typeof AgentSchema>;
