import type { Question, Step, TurnInput, TurnSink } from '../../gateway/agents/agent.ts';
import type { AgentDeps } from '../../gateway/agents/deps.ts';
import type { TranscriptEntry } from '../../gateway/core/message.ts';
import type { PlanEntry } from '../../gateway/core/progress.ts';
import { systemClock } from './clock.ts';

/** A sink that writes down what an agent does. */
export class Recorder implements TurnSink {
  readonly deltas: string[] = [];
  readonly thoughts: string[] = [];
  readonly plans: (readonly PlanEntry[])[] = [];
  readonly started: Step[] = [];
  readonly ended: { id: string; state: 'done' | 'failed'; summary?: string | undefined }[] = [];
  readonly states: unknown[] = [];
  readonly questions: Question[] = [];
  /** Everything in order, as short words: `text`, `step:ID`, `end:ID:done`, `state`, `ask:ID`. */
  readonly order: string[] = [];
  answer: (question: Question) => Promise<string | undefined> = async (q) => q.options[0]?.id;
  /** What `stepStarts` waits for: the journal's commit. */
  beforeStep: (step: Step) => Promise<void> = async () => {};

  get said(): string {
    return this.deltas.join('');
  }
  text(delta: string): void {
    this.deltas.push(delta);
    this.order.push('text');
  }
  thought(delta: string): void {
    this.thoughts.push(delta);
  }
  plan(entries: readonly PlanEntry[]): void {
    this.plans.push(entries);
  }
  async stepStarts(step: Step): Promise<void> {
    await this.beforeStep(step);
    this.started.push(step);
    this.order.push(`step:${step.id}`);
  }
  async stepEnds(id: string, state: 'done' | 'failed', summary?: string): Promise<void> {
    this.ended.push({ id, state, summary });
    this.order.push(`end:${id}:${state}`);
  }
  async saveState(state: unknown): Promise<void> {
    this.states.push(state);
    this.order.push('state');
  }
  async ask(question: Question): Promise<string | undefined> {
    this.questions.push(question);
    this.order.push(`ask:${question.id}`);
    return this.answer(question);
  }
}

let turns = 0;

/** What a turn may have beyond its text; its history as it is read. */
export type TurnMore = Partial<Omit<TurnInput, 'history'>> & {
  readonly history?: readonly TranscriptEntry[];
};

/** A turn with a text; everything else is what a first turn of a fresh session has. */
export function turnInput(text: string, { history = [], ...more }: TurnMore = {}): TurnInput {
  turns += 1;
  return {
    turn: `turn-${turns}`,
    session: 'session-1',
    lane: 'lane-1',
    attempt: 1,
    text,
    attachments: [],
    history: async () => history,
    priorSteps: [],
    ...more,
  };
}

/** What an agent under test is given; logs are kept. */
export function agentDeps(
  home: string,
  more: Partial<AgentDeps> = {},
): AgentDeps & { logged: string[] } {
  const logged: string[] = [];
  const line = (fields: object, message: string) => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  return {
    clock: systemClock,
    log: { debug: line, info: line, warn: line, error: line },
    home,
    env: process.env,
    logged,
    ...more,
  };
}
