import { DAY, HOUR, MINUTE, SECOND } from './clock.ts';
import type { GroupSessions } from './lane.ts';
import type { BusyMode } from './message.ts';

/** Everything an instance can be told. All durations are in milliseconds. */
export interface Settings {
  readonly defaultAgent: string;
  readonly restartDrainTimeout: number;
  readonly handoverTimeout: number;
  readonly onCrash: 'resume' | 'tell';
  /** Runs of one turn, crashes included, before it becomes a dead letter. */
  readonly maxAttempts: number;
  readonly turnTimeout: number;
  /** Working time after which the person is told that it takes longer. 0: never. */
  readonly softTimeout: number;
  /** Longest silence of an agent within a turn. */
  readonly progressTimeout: number;
  /** How long an agent may take to obey an interrupt before the gateway goes on without it. */
  readonly interruptGrace: number;
  /** UTF-16 units of one reply. */
  readonly maxOutput: number;
  /** The same step failing this often in a row is a loop. */
  readonly loopLimit: number;
  readonly questionTimeout: number;
  readonly busyMode: BusyMode;
  readonly queueLimit: number;
  readonly burstWindow: number;
  readonly outboxTtl: number;
  readonly ambiguous: 'resend-marked' | 'hold';
  readonly groups: GroupSessions;
  readonly historyLimit: number;
  /** What people are told, once per chat and occasion. */
  readonly notices: {
    readonly queuedBehindDrain: string;
    readonly queuedBehindRestart: string;
    readonly queuedBehindPause: string;
    readonly cannotSteer: string;
    readonly stillWorking: string;
    readonly agentMoved: string;
  };
  /** An instance that has not renewed for this long is dead to the others. */
  readonly instanceLease: number;
  /** Bound of each single step of a stop; the time budget (config/budget.ts) is made of it. */
  readonly stopStep: number;
}

/** Every default, in one place. The configuration schema takes its own from here. */
export const DEFAULTS = {
  defaultAgent: 'demo',
  restartDrainTimeout: 60 * SECOND,
  handoverTimeout: HOUR,
  onCrash: 'resume',
  maxAttempts: 3,
  turnTimeout: 30 * MINUTE,
  softTimeout: 10 * MINUTE,
  progressTimeout: 5 * MINUTE,
  interruptGrace: 5 * SECOND,
  maxOutput: 1_048_576,
  loopLimit: 5,
  questionTimeout: 10 * MINUTE,
  busyMode: 'interrupt',
  queueLimit: 50,
  burstWindow: 800,
  outboxTtl: DAY,
  ambiguous: 'resend-marked',
  groups: 'shared',
  historyLimit: 200,
  notices: {
    queuedBehindDrain: 'Got it. I am finishing something first and will answer right after.',
    queuedBehindRestart: 'Got it. I am restarting and will answer in a moment.',
    queuedBehindPause: 'Got it. I am paused for maintenance and will answer when I go on.',
    stillWorking: 'I am still working on this. /stop ends it.',
    agentMoved:
      'The machine that I worked on is gone. I go on at another one: our conversation is here, what I had only there is not.',
    cannotSteer: 'Got it. I will take this up right after the current answer.',
  },
  instanceLease: 10 * SECOND,
  stopStep: 5 * SECOND,
} as const satisfies Settings;
