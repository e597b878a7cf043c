import type { Attachment, JsonValue, TranscriptEntry } from '../core/message.ts';
import type { PlanEntry } from '../core/progress.ts';
import type { StepRecord, Usage } from '../core/turn.ts';

/** What an agent can do beyond answering. The gateway offers on each platform only what is there. */
export interface AgentCapabilities {
  /** Takes text into a running turn. */
  readonly steer: boolean;
  /** Can take up a turn that a crash cut off, knowing which steps ran. */
  readonly resume: boolean;
  readonly images: boolean;
  readonly files: boolean;
}

/** One turn, as an agent is given it. */
export interface TurnInput {
  readonly turn: string;
  readonly session: string;
  readonly lane: string;
  /** 1 for the first run. Above it, `priorSteps` says what earlier attempts did. */
  readonly attempt: number;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /**
   * Reads the session before this turn, oldest first, as far back as `sessions.history_limit`. An agent that keeps
   * its own does not ask, and nothing is read.
   */
  history(): Promise<readonly TranscriptEntry[]>;
  readonly priorSteps: readonly StepRecord[];
  /** What the agent saved for this session by `saveState`. */
  readonly state?: JsonValue;
  readonly model?: string;
}

export interface Step {
  readonly id: string;
  readonly name: string;
  /** The step's arguments; only their hash is stored. */
  readonly args: unknown;
  /** One line for people. */
  readonly title?: string;
}

/** A question for the person (a permission request). */
export interface Question {
  readonly id: string;
  readonly text: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
}

/**
 * Where an agent puts what it does. Every call also tells the turn's progress clock that it lives.
 * After the turn's signal has aborted, calls are accepted and ignored.
 */
export interface TurnSink {
  /** Appends to the reply. */
  text(delta: string): void;
  /** Reasoning shown as progress and not part of the reply. */
  thought(delta: string): void;
  /** Shows what the agent means to do; each call replaces what was told before. */
  plan(entries: readonly PlanEntry[]): void;
  /** Resolves when the step is on disk: only then may it run. Rejects when the turn was superseded. */
  stepStarts(step: Step): Promise<void>;
  stepEnds(id: string, state: 'done' | 'failed', summary?: string): Promise<void>;
  /** Keeps the agent's own session id or the like, durably. */
  saveState(state: JsonValue): Promise<void>;
  /**
   * Asks the person. The turn is parked meanwhile: no deadline runs, no drain waits for it.
   * Resolves with an option's id, or undefined when nobody answered in time.
   */
  ask(question: Question): Promise<string | undefined>;
}

/** What is told of a run, however it ended. */
interface Told {
  readonly usage?: Usage;
  /** What the model thought and did not say; kept for the trace. */
  readonly reasoning?: string;
}

/** How a run ended. A reply that is empty or reports a failure is `failed`, never a good answer. */
export type AgentResult =
  | (Told & { readonly end: 'answered'; readonly text: string })
  | (Told & { readonly end: 'cancelled'; readonly text: string })
  | (Told & {
      readonly end: 'failed';
      /** What was said before it failed; kept and marked. */
      readonly text: string;
      /** One line for the person: what happened and what to do. */
      readonly error: string;
    });

export interface Run {
  /** Never rejects: an agent reports its own failures. */
  readonly result: Promise<AgentResult>;
  /** Puts text into the running turn. `false`: too late or not possible; it becomes the next turn. */
  steer?(text: string): Promise<boolean>;
}

/** Something that answers. One object serves every session; turns of different lanes overlap. */
export interface Agent {
  readonly name: string;
  readonly capabilities: AgentCapabilities;
  /** What it keeps for a session is on this machine: the session's turns stay here while it lives. */
  readonly affinity?: boolean;
  /** Names of models that `/model` may choose; empty where there is no choice. */
  models?(): Promise<readonly string[]>;
  /** Proves that a turn could start now. Rejects with what is wrong and what to do. */
  probe(signal: AbortSignal): Promise<void>;
  /**
   * Starts a turn. When `signal` aborts, the run ends soon as `cancelled` with what it has said; the
   * gateway goes on without it after a bound if it does not.
   */
  start(input: TurnInput, sink: TurnSink, signal: AbortSignal): Run;
  /** The session is over (`/new`): what is kept for it may go. */
  endSession?(session: string): Promise<void>;
  /** Ends everything, idle processes too. Bounded by the caller. */
  close(): Promise<void>;
}
