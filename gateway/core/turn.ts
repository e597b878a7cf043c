import type { Attachment, JsonValue, StoredMessage } from './message.ts';

/** Names one run of an agent. Output that carries an older `fence` than the lane's is refused. */
export interface TurnRef {
  readonly turn: string;
  readonly lane: string;
  readonly fence: number;
}

/** A step an agent takes (a tool call). Written before it runs and when it ends. */
export interface StepRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the arguments, hex: tells a repeat from a new step without keeping what was passed. */
  readonly argsHash: string;
  readonly state: 'started' | 'done' | 'failed';
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** A turn as the journal hands it to the instance that runs it. */
export interface ClaimedTurn extends TurnRef {
  readonly session: string;
  /** 1 for the first run; higher when a crash or a forced restart cut earlier ones off. */
  readonly attempt: number;
  readonly messages: readonly StoredMessage[];
  /**
   * Its session has no lines yet. Those it has are read from the transcript by whoever needs them: while a turn runs
   * nobody else adds any.
   */
  readonly opens: boolean;
  /** Steps of earlier attempts, in order. Empty on the first. */
  readonly steps: readonly StepRecord[];
  /** What the agent saved to find its own session again. */
  readonly agentState?: JsonValue;
  /** The machine on which that session is, where it cannot be found again from another one. */
  readonly machine?: string;
  readonly agent?: string;
  readonly model?: string;
  readonly startedAt: number;
}

/** Why a turn ended. `suspended`: cut by a restart, to be taken up by the next instance. */
export type TurnEnd = 'answered' | 'cancelled' | 'failed' | 'suspended';

/** Tokens and cost as the agent reports them; absent where it does not. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** In US dollars. */
  readonly cost?: number;
}

export type { Attachment };
