import type { JsonValue } from '../../core/message.ts';
import type { AskedQuestion } from '../../core/progress.ts';
import type { Journal } from '../../journal/journal.ts';

/** How often a turn was let go while it waited for a person, and the question it waited with. */
export interface Parking {
  readonly times: number;
  readonly question: string;
}

/**
 * The questions that running turns wait with, in the journal, so that they outlive their instance: the
 * next one shows the same question with the same buttons, and an answer given in between counts.
 *
 * Three names for each turn, each written by one side only, so that nobody overwrites the other:
 * the question (by the run), the answer (by whoever was told it while no run waited), and the parking.
 */
export class QuestionStore {
  readonly #journal: Pick<Journal, 'cursor' | 'setCursor'>;

  constructor(journal: Pick<Journal, 'cursor' | 'setCursor'>) {
    this.#journal = journal;
  }

  /** Keeps the question that is open now. */
  async keep(turn: string, question: AskedQuestion): Promise<void> {
    await this.#set('question', turn, { ...question } as unknown as JsonValue);
  }

  async of(turn: string): Promise<AskedQuestion | undefined> {
    return (await this.#get('question', turn)) as AskedQuestion | undefined;
  }

  /** Keeps an answer for the run that will ask again. `false`: that question is not open. */
  async answer(turn: string, question: string, option: string): Promise<boolean> {
    if ((await this.of(turn))?.id !== question) return false;
    await this.#set('answer', turn, { question, option });
    return true;
  }

  /** The answer that was given to a question while no run waited for it. */
  async answerTo(turn: string, question: string): Promise<string | undefined> {
    const kept = (await this.#get('answer', turn)) as
      | { question: string; option: string }
      | undefined;
    return kept?.question === question ? kept.option : undefined;
  }

  /** The run has its answer. */
  async close(turn: string): Promise<void> {
    await Promise.all([this.#set('question', turn, null), this.#set('answer', turn, null)]);
  }

  /** The turn is let go and will be taken up by another instance. */
  async park(turn: string, question: string): Promise<void> {
    const times = ((await this.parking(turn))?.times ?? 0) + 1;
    await this.#set('parked', turn, { times, question });
  }

  async parking(turn: string): Promise<Parking | undefined> {
    return (await this.#get('parked', turn)) as Parking | undefined;
  }

  /** The turn has ended. */
  async forget(turn: string): Promise<void> {
    await Promise.all([this.close(turn), this.#set('parked', turn, null)]);
  }

  async #get(what: string, turn: string): Promise<unknown> {
    return (await this.#journal.cursor(`${what}:${turn}`)) ?? undefined;
  }
  #set(what: string, turn: string, value: JsonValue): Promise<void> {
    return this.#journal.setCursor(`${what}:${turn}`, value);
  }
}
