import type { Clock, NewId } from '../core/clock.ts';
import { RequestError } from '../core/exit.ts';
import type { JsonValue } from '../core/message.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Directive, Journal, RunningRow } from '../journal/journal.ts';
import { QuestionStore } from './questions/questionStore.ts';
import type { Turns } from './turns.ts';

export interface DirectivesDeps {
  readonly journal: Pick<
    Journal,
    'direct' | 'takeDirectives' | 'running' | 'settle' | 'cursor' | 'setCursor'
  >;
  readonly turns: Pick<Turns, 'get'>;
  readonly bus: ProgressBus;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly instance: string;
}

/**
 * Small orders to a running turn: end, take this text, here is your answer. A turn of this instance is
 * told at once; for one of another a directive is left in the journal, which that instance obeys. An
 * order for a turn that has ended meanwhile is moot: what it came with is in the queue and becomes the
 * next turn.
 */
export class Directives {
  readonly #deps: DirectivesDeps;
  readonly #questions: QuestionStore;

  constructor(deps: DirectivesDeps) {
    this.#deps = deps;
    this.#questions = new QuestionStore(deps.journal);
  }

  /** Somebody asks for the turn's end. @throws RequestError where it does not run. */
  async stop(turn: string, by: string): Promise<void> {
    const here = this.#deps.turns.get(turn);
    if (here !== undefined) here.cut('stop');
    else await this.#leave(await this.#holderOf(turn), turn, 'interrupt', { by, why: 'stop' });
  }

  /** A newer message takes the turn's place. */
  async interrupt({ turn, holder }: RunningRow): Promise<void> {
    const here = this.#deps.turns.get(turn);
    if (here !== undefined) here.cut('interrupt');
    else await this.#leave(holder, turn, 'interrupt');
  }

  /** Puts a queued message into the turn. Where that fails it stays queued: it is the next turn then. */
  async steer({ turn, holder }: RunningRow, message: string, text: string): Promise<void> {
    if (this.#deps.turns.get(turn) !== undefined) await this.#steerHere(turn, message, text);
    else await this.#leave(holder, turn, 'steer', { message, text });
  }

  /** Answers the turn's question. @throws RequestError where that is not open any more. */
  async answer(turn: string, question: string, option: string): Promise<void> {
    const here = this.#deps.turns.get(turn);
    if (await here?.answer(question, option)) return;
    // Nobody waits for it here. Kept, so that it counts whoever asks next; and told to whoever runs it now.
    if (!(await this.#questions.answer(turn, question, option)))
      throw new RequestError('That question is not open any more.');
    if (here !== undefined) return;
    await this.#holderOf(turn)
      .then((holder) => this.#leave(holder, turn, 'answer', { question, option }))
      .catch(() => {});
  }

  /** Carries out what other instances left for turns of this one. */
  async obey(): Promise<void> {
    const { journal, instance } = this.#deps;
    for (const directive of await journal.takeDirectives(instance)) await this.#obey(directive);
  }

  async #obey({ turn, kind, payload }: Directive): Promise<void> {
    const active = this.#deps.turns.get(turn);
    if (active === undefined) return;
    const { why, message, text, question, option } = (payload ?? {}) as Record<
      string,
      string | undefined
    >;
    switch (kind) {
      case 'interrupt':
        active.cut(why === 'stop' ? 'stop' : 'interrupt');
        break;
      case 'steer':
        await this.#steerHere(turn, message ?? '', text ?? '');
        break;
      case 'answer':
        await active.answer(question ?? '', option ?? '');
        break;
    }
  }

  async #steerHere(turn: string, message: string, text: string): Promise<void> {
    const { journal, clock, bus, turns } = this.#deps;
    const active = turns.get(turn);
    if (active === undefined || !(await active.steer(text))) return;
    const steered = { now: clock.now(), outbound: [], turn };
    if (await journal.settle(message, 'steered', steered))
      bus.emit({ type: 'settled', lane: active.turn.lane, message, outcome: 'steered', text: '' });
  }

  async #holderOf(turn: string): Promise<string> {
    const row = (await this.#deps.journal.running()).find((r) => r.turn === turn);
    if (row === undefined)
      throw new RequestError(`Turn ${turn} is not running; it may just have ended.`);
    return row.holder;
  }

  async #leave(
    to: string,
    turn: string,
    kind: Directive['kind'],
    payload?: JsonValue,
  ): Promise<void> {
    const { journal, newId, clock } = this.#deps;
    await journal.direct({
      id: newId(),
      to,
      turn,
      kind,
      now: clock.now(),
      ...(payload === undefined ? {} : { payload }),
    });
  }
}
