import { createHash } from 'node:crypto';
import type { Question } from '../../agents/agent.ts';
import type { Clock } from '../../core/clock.ts';
import type { AskedQuestion } from '../../core/progress.ts';
import type { Settings } from '../../core/settings.ts';
import type { ClaimedTurn } from '../../core/turn.ts';
import type { ProgressBus } from '../../delivery/progressBus.ts';
import type { Journal } from '../../journal/journal.ts';
import { QuestionStore } from './questionStore.ts';

export interface RunQuestionsDeps {
  readonly journal: Pick<Journal, 'cursor' | 'setCursor'>;
  readonly bus: ProgressBus;
  readonly clock: Clock;
  readonly settings: Settings;
}

/**
 * What one run asks the person, one question after the other: an agent that runs tools side by side
 * may ask for several at once.
 *
 *     nothing open ──ask──▶ open ──answer, time-out, or the run is cut──▶ nothing open
 *
 * A run that is cut by a restart leaves its question in the journal. The next run of the turn shows it
 * again at once (`again`: platforms that have it on the screen already post nothing), keeps an answer
 * that comes before the agent has got there, and gives it when the agent asks the same.
 */
export class RunQuestions {
  readonly #turn: ClaimedTurn;
  readonly #deps: RunQuestionsDeps;
  readonly #kept: QuestionStore;
  /** How often each question was asked in this run, by its hash. */
  readonly #times = new Map<string, number>();
  #queue: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #over = false;
  #open: AskedQuestion | undefined;
  #resolve: ((option: string | undefined) => void) | undefined;
  /** What an earlier run left open, until the agent has asked something. */
  #left: AskedQuestion | undefined;
  /** The question that was on the screen when an earlier run was let go. */
  #shown: string | undefined;
  #wrote = false;

  constructor(turn: ClaimedTurn, deps: RunQuestionsDeps) {
    this.#turn = turn;
    this.#deps = deps;
    this.#kept = new QuestionStore(deps.journal);
  }

  /** The run waits for a person. */
  get waits(): boolean {
    return this.#pending > 0;
  }
  /** What a person can answer now. */
  get open(): AskedQuestion | undefined {
    return this.#open ?? this.#left;
  }

  /** Shows again what an earlier run of this turn left open. */
  async begin(): Promise<void> {
    const { turn, attempt } = this.#turn;
    if (attempt === 1) return;
    const [left, parking] = await Promise.all([this.#kept.of(turn), this.#kept.parking(turn)]);
    this.#wrote = left !== undefined || parking !== undefined;
    this.#shown = parking?.question;
    if (left === undefined || this.#over) return;
    this.#left = left;
    this.#show(left, true);
  }

  /** Resolves with an option's id, or undefined when nobody answered in time or the run was cut. */
  async ask(question: Question): Promise<string | undefined> {
    this.#pending += 1;
    const answered = this.#queue.then(() => (this.#over ? undefined : this.#one(question)));
    this.#queue = answered.catch(() => {});
    return answered.finally(() => {
      this.#pending -= 1;
    });
  }

  /** `false` where no such question is open. */
  async answer(question: string, option: string): Promise<boolean> {
    if (this.open?.id !== question) return false;
    if (this.#open !== undefined && !this.#over) {
      this.#resolve?.(option);
      return true;
    }
    return this.#kept.answer(this.#turn.turn, question, option);
  }

  /** The run was cut: nothing is waited for any more. */
  cut(): void {
    this.#over = true;
    this.#resolve?.(undefined);
  }

  /** The run is over; `again`: another one will take the turn up. Resolves when that is on disk. */
  async end(again: boolean): Promise<void> {
    const open = this.open;
    this.cut();
    const { turn } = this.#turn;
    if (again && open !== undefined) await this.#kept.park(turn, open.id);
    else if (!again && this.#wrote) await this.#kept.forget(turn);
  }

  async #one(question: Question): Promise<string | undefined> {
    const { clock, settings } = this.#deps;
    const { turn } = this.#turn;
    const asked = { ...question, id: this.#idOf(question) };
    this.#open = asked;
    const before = this.#left;
    this.#left = undefined;
    const answered = new Promise<string | undefined>((resolve) => {
      this.#resolve = resolve;
    });
    let early: string | undefined;
    if (before?.id === asked.id) early = await this.#kept.answerTo(turn, asked.id);
    if (early !== undefined) this.#resolve?.(early);
    this.#wrote = true;
    // Not waited for: the question is shown at once, and what is written later is written behind it.
    void this.#kept.keep(turn, asked).catch(() => {});
    const timer = clock.after(settings.questionTimeout, () => this.#resolve?.(undefined));
    if (early === undefined) this.#show(asked, this.#shown === asked.id);
    const option = await answered;
    timer.cancel();
    this.#resolve = undefined;
    // A run that was cut keeps its question: the next one goes on with it.
    if (this.#over) return undefined;
    this.#open = undefined;
    void this.#kept.close(turn).catch(() => {});
    return option;
  }

  #show(question: AskedQuestion, again: boolean): void {
    const { lane, turn } = this.#turn;
    const mark = again ? { again: true as const } : {};
    this.#deps.bus.emit({ type: 'asked', lane, turn, question, ...mark });
  }

  /** The same for the same question of the turn's next run, whatever its agent calls it. */
  #idOf({ text, options }: Question): string {
    const hash = createHash('sha256')
      .update(JSON.stringify([text, options]))
      .digest('hex');
    const times = this.#times.get(hash) ?? 0;
    this.#times.set(hash, times + 1);
    return `${hash.slice(0, 12)}.${times}`;
  }
}
