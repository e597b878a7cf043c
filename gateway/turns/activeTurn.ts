import type { Agent, AgentResult, Question, Run, TurnSink } from '../agents/agent.ts';
import type { Attachments } from '../attachments/attachments.ts';
import { mergeBurst } from '../core/burst.ts';
import type { JsonValue, StoredMessage, TranscriptEntry } from '../core/message.ts';
import type { AskedQuestion } from '../core/progress.ts';
import type { Settings } from '../core/settings.ts';
import type { ClaimedTurn } from '../core/turn.ts';
import type { Journal } from '../journal/journal.ts';
import { RunQuestions, type RunQuestionsDeps } from './questions/runQuestions.ts';
import { TurnClocks } from './turnClocks.ts';
import { type TurnText, withFiles } from './turnFiles.ts';
import { superseded, TurnSteps, type TurnStepsDeps } from './turnSteps.ts';

/** Why a run was told to end before its time. */
export type CutReason =
  | 'stop'
  | 'interrupt'
  | 'restart'
  | 'timeout'
  | 'silent'
  | 'loop'
  | 'too-long'
  | 'stale';

export interface ActiveTurnDeps extends RunQuestionsDeps, TurnStepsDeps {
  readonly journal: Pick<
    Journal,
    'cursor' | 'setCursor' | 'step' | 'saveAgentState' | 'transcript'
  >;
  readonly settings: Settings;
  readonly machine: string;
  /** Fetches the files of messages; absent: the agent is given them as the platform named them. */
  readonly attachments?: Attachments;
  /** A turn began or ended waiting for a person: whoever drains looks again. */
  readonly changed: () => void;
  /** The turn has worked up to its soft deadline. */
  readonly long: () => void;
}

/** How a run ended, and why it was cut if it was. */
export interface RunEnd {
  readonly result: AgentResult;
  readonly cut?: CutReason;
}

/**
 * One run of an agent, from start to result, with the clocks that bound it.
 *
 *     working ──ask──▶ parked ──answer or time-out──▶ working
 *        │                │
 *        └──── cut ───────┴──▶ ending ──(obeys, or the grace passes)──▶ over
 *
 * Clocks run while working and stand still while parked: see TurnClocks. Once cut, the first reason
 * stays; what the agent says afterwards is ignored.
 */
export class ActiveTurn {
  readonly turn: ClaimedTurn;
  readonly agent: Agent;
  readonly #deps: ActiveTurnDeps;
  readonly #abort = new AbortController();
  #given: TurnText = { text: '', attachments: [] };
  #text = '';
  #over = false;
  #run: Run | undefined;
  #cut: CutReason | undefined;
  #graceOver: (() => void) | undefined;
  readonly #clocks: TurnClocks;
  readonly #questions: RunQuestions;
  readonly #steps: TurnSteps;

  constructor(turn: ClaimedTurn, agent: Agent, deps: ActiveTurnDeps) {
    this.turn = turn;
    this.agent = agent;
    this.#deps = deps;
    this.#questions = new RunQuestions(turn, deps);
    this.#steps = new TurnSteps(turn, deps, {
      ending: () => this.ending,
      over: () => this.#over,
      alive: () => this.#clocks.alive(),
      cut: (why) => this.cut(why),
    });
    this.#clocks = new TurnClocks(deps, (why) => this.cut(why), deps.long);
  }

  /** What the agent was given; its files are in the store where they could be fetched. */
  get given(): TurnText {
    return this.#given;
  }
  get text(): string {
    return this.#text;
  }
  get step(): string | undefined {
    return this.#steps.current;
  }
  get ending(): boolean {
    return this.#cut !== undefined || this.#over;
  }
  get parked(): boolean {
    return this.#questions.waits;
  }
  /** What the person can answer now. */
  get question(): AskedQuestion | undefined {
    return this.#questions.open;
  }
  get lastProgressAt(): number {
    return this.#clocks.lastProgressAt;
  }

  /** Runs the agent. Never rejects. */
  async run(): Promise<RunEnd> {
    const graceOver = new Promise<void>((resolve) => {
      this.#graceOver = resolve;
    });
    this.#clocks.start();
    let result: AgentResult | undefined;
    try {
      await this.#questions.begin();
      this.#given = mergeBurst(this.turn.messages);
      const { attachments } = this.#deps;
      if (attachments !== undefined && this.#given.attachments.length > 0)
        await Promise.race([this.#fetchFiles(attachments), graceOver]);
      // Cut while its files were fetched: judged by why, like every other cut.
      this.#abort.signal.throwIfAborted();
      const input = this.#given;
      this.#run = this.agent.start(
        {
          turn: this.turn.turn,
          session: this.turn.session,
          lane: this.turn.lane,
          attempt: this.turn.attempt,
          text: input.text,
          attachments: input.attachments,
          history: () => this.#history(),
          priorSteps: this.turn.steps,
          ...(this.turn.agentState === undefined ? {} : { state: this.turn.agentState }),
          ...(this.turn.model === undefined ? {} : { model: this.turn.model }),
        },
        this.#sink(),
        this.#abort.signal,
      );
      result = (await Promise.race([this.#run.result, graceOver])) ?? undefined;
    } catch (error) {
      result = {
        end: 'failed',
        text: this.#text,
        error: `The agent broke: ${(error as Error).message}`,
      };
    }
    this.#over = true;
    this.#clocks.stop();
    await this.#questions.end(this.#cut === 'restart' || this.#cut === 'stale').catch(() => {});
    result ??= { end: 'cancelled', text: this.#text };
    return this.#cut === undefined ? { result } : { result, cut: this.#cut };
  }

  /** What was said before: a stateless request brings it, the others have it in their session's transcript. */
  async #history(): Promise<readonly TranscriptEntry[]> {
    const { stateless } = this.turn.messages[0] as StoredMessage;
    const { journal, settings } = this.#deps;
    if (stateless !== undefined) return stateless.history;
    return journal.transcript(this.turn.session, { limit: settings.historyLimit });
  }

  async #fetchFiles(attachments: Attachments): Promise<void> {
    const address = (this.turn.messages[0] as StoredMessage).address;
    this.#given = await withFiles(this.#given, address, attachments, this.#abort.signal);
    this.#clocks.alive();
  }

  /** Tells the run to end. The first reason stays. */
  cut(reason: CutReason): void {
    if (this.ending) return;
    this.#cut = reason;
    this.#clocks.stop();
    this.#questions.cut();
    this.#abort.abort(new Error(`turn cut: ${reason}`));
    this.#deps.clock.after(this.#deps.settings.interruptGrace, () => this.#graceOver?.());
  }

  /** Puts text into the run; `false` where it is too late or the agent cannot. */
  async steer(text: string): Promise<boolean> {
    if (this.ending || this.#run?.steer === undefined) return false;
    return this.#run.steer(text).catch(() => false);
  }

  /** Answers the open question; `false` where there is none of that id. */
  answer(question: string, option: string): Promise<boolean> {
    return this.#questions.answer(question, option);
  }

  #sink(): TurnSink {
    const { bus } = this.#deps;
    const { lane, turn } = this.turn;
    return {
      text: (delta) => {
        if (this.ending || delta === '') return;
        this.#clocks.alive();
        const room = this.#deps.settings.maxOutput - this.#text.length;
        const part = delta.length > room ? delta.slice(0, room) : delta;
        this.#text += part;
        bus.emit({ type: 'text', lane, turn, delta: part });
        if (part.length < delta.length) this.cut('too-long');
      },
      thought: (delta) => {
        if (this.ending) return;
        this.#clocks.alive();
        bus.emit({ type: 'thought', lane, turn, delta });
      },
      plan: (entries) => {
        if (this.ending) return;
        this.#clocks.alive();
        bus.emit({ type: 'plan', lane, turn, entries });
      },
      stepStarts: (step) => this.#steps.start(step),
      stepEnds: (id, state, summary) => this.#steps.end(id, state, summary),
      saveState: async (state: JsonValue) => {
        const { journal, machine } = this.#deps;
        const place = this.agent.affinity === true ? machine : undefined;
        if (this.#over || !(await journal.saveAgentState(this.turn, state, place)))
          throw superseded();
      },
      ask: (question) => this.#ask(question),
    };
  }

  async #ask(question: Question): Promise<string | undefined> {
    if (this.ending) return undefined;
    const answered = this.#questions.ask(question);
    this.#clocks.stop();
    this.#deps.changed();
    const option = await answered;
    if (!this.ending && !this.parked) {
      this.#clocks.alive();
      this.#clocks.start();
    }
    this.#deps.changed();
    return option;
  }
}
