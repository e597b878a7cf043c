import type { Outcome } from './message.ts';
import type { Usage } from './turn.ts';

/**
 * What happens, as it happens. Not durable: whoever misses it reads the journal. Each item names its
 * lane, so that a platform can show it where it belongs.
 */
export type Progress =
  | {
      readonly type: 'accepted';
      readonly lane: string;
      readonly message: string;
      readonly session: string;
      readonly text: string;
      /** The platform's own id: a page knows by it that the journal has what it sent. */
      readonly updateId: string;
      /** Whoever sent it, by name. */
      readonly who: string;
      readonly ahead: number;
    }
  | {
      readonly type: 'started';
      readonly lane: string;
      readonly turn: string;
      readonly messages: readonly string[];
      readonly session: string;
      readonly attempt: number;
      /** Absent for a command. */
      readonly agent?: string;
      /** The first turn of its session. */
      readonly opens?: boolean;
    }
  | { readonly type: 'text'; readonly lane: string; readonly turn: string; readonly delta: string }
  | {
      readonly type: 'thought';
      readonly lane: string;
      readonly turn: string;
      readonly delta: string;
    }
  /** What the agent means to do; each replaces the one before. */
  | {
      readonly type: 'plan';
      readonly lane: string;
      readonly turn: string;
      readonly entries: readonly PlanEntry[];
    }
  | {
      readonly type: 'step';
      readonly lane: string;
      readonly turn: string;
      readonly step: StepProgress;
    }
  | {
      readonly type: 'asked';
      readonly lane: string;
      readonly turn: string;
      readonly question: AskedQuestion;
      /** It was on the screen before a restart: its buttons work again, and nothing is posted. */
      readonly again?: true;
    }
  | {
      readonly type: 'ended';
      readonly lane: string;
      readonly turn: string;
      readonly end: 'answered' | 'cancelled' | 'failed' | 'suspended';
      /** Of this run, where the agent told it. */
      readonly usage?: Usage;
    }
  /** A message has its outcome; `text` is the reply, for merged ones that of the turn they are part of. */
  | {
      readonly type: 'settled';
      readonly lane: string;
      readonly message: string;
      readonly outcome: Outcome;
      readonly text: string;
      readonly error?: string;
      readonly usage?: Usage;
    }
  | { readonly type: 'notice'; readonly lane: string; readonly text: string }
  | {
      readonly type: 'session';
      readonly lane: string;
      readonly session: string;
      /** The session that it ended. */
      readonly before?: string;
    }
  /** Something of the gateway's own state changed: drain, restart, a platform. */
  | { readonly type: 'status' };

export interface StepProgress {
  readonly id: string;
  readonly name: string;
  readonly title?: string;
  readonly state: 'started' | 'done' | 'failed';
  readonly summary?: string;
}

export interface PlanEntry {
  readonly text: string;
  readonly state: 'pending' | 'started' | 'done';
}

export interface AskedQuestion {
  readonly id: string;
  readonly text: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
}

export type ProgressListener = (progress: Progress) => void;
