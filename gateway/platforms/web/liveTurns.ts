import type { AskedQuestion, PlanEntry, Progress, StepProgress } from '../../core/progress.ts';
import { TextLog } from './textLog.ts';

/** What a running turn has shown so far. */
export interface LiveTurn {
  readonly turn: string;
  readonly lane: string;
  readonly session: string | undefined;
  readonly attempt: number;
  readonly messages: readonly string[];
  readonly startedAt: number;
  readonly text: TextLog;
  /** The latest of its reasoning; older parts are let go. */
  thought: string;
  plan: readonly PlanEntry[];
  readonly steps: Map<string, StepProgress & { readonly at: number; readonly endedAt?: number }>;
  question: AskedQuestion | undefined;
  /** Its beginning was not heard: `text` is a tail. */
  readonly partial: boolean;
  /** It is longer than what is kept: `text` is a head. */
  truncated: boolean;
  ended: boolean;
}

/** Told of every change of a turn that a watched message is part of. */
export type TurnListener = (turn: LiveTurn) => void;

/** Text kept of one running turn; more is shown when it has ended. In UTF-16 units. */
const MAX_TEXT = 4 << 20;
const MAX_THOUGHT = 4000;
const MAX_ASKED = 20_000;
/** Turns kept whose end was never heard (their instance died); the oldest go first. */
const MAX_TURNS = 2000;

/**
 * The turns that run now, put together from progress, so that whoever comes later (a page that was
 * reloaded, a request that is a retry) gets the text from its beginning. One copy per turn, however
 * many read it: a reader holds only how far it got.
 *
 * A turn whose start was not heard is kept as `partial`: its text is a tail, never shown as a whole.
 */
export class LiveTurns {
  readonly #turns = new Map<string, LiveTurn>();
  readonly #byMessage = new Map<string, LiveTurn>();
  readonly #listeners = new Map<string, Set<TurnListener>>();
  /** What people wrote, of the latest messages: a transcript has it only when the turn has ended. */
  readonly #texts = new Map<string, string>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Every turn that has not ended, oldest first. */
  running(): LiveTurn[] {
    return [...this.#turns.values()];
  }

  of(message: string): LiveTurn | undefined {
    return this.#byMessage.get(message);
  }

  /** What a recent message said. */
  textOf(message: string): string | undefined {
    return this.#texts.get(message);
  }

  get(turn: string): LiveTurn | undefined {
    return this.#turns.get(turn);
  }

  /** Calls `listener` on each change of the message's turn. Returns the way to stop. */
  watch(message: string, listener: TurnListener): () => void {
    const set = this.#listeners.get(message) ?? new Set();
    set.add(listener);
    this.#listeners.set(message, set);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.#listeners.get(message) === set) this.#listeners.delete(message);
    };
  }

  apply(progress: Progress): void {
    switch (progress.type) {
      case 'accepted':
        this.#remember(progress.message, progress.text);
        break;
      case 'started':
        this.#start(progress);
        break;
      case 'text': {
        const turn = this.#known(progress);
        turn.truncated ||= turn.text.length + progress.delta.length > MAX_TEXT;
        if (!turn.truncated) turn.text.append(progress.delta);
        this.#tell(turn);
        break;
      }
      case 'thought': {
        const turn = this.#known(progress);
        turn.thought = (turn.thought + progress.delta).slice(-MAX_THOUGHT);
        break;
      }
      case 'plan':
        this.#known(progress).plan = progress.entries;
        break;
      case 'step': {
        const turn = this.#known(progress);
        const before = turn.steps.get(progress.step.id);
        const over = progress.step.state !== 'started';
        turn.steps.set(progress.step.id, {
          ...before,
          ...progress.step,
          at: before?.at ?? this.#now(),
          ...(over ? { endedAt: this.#now() } : {}),
        });
        turn.question = undefined;
        break;
      }
      case 'asked':
        this.#known(progress).question = progress.question;
        break;
      case 'ended': {
        const turn = this.#turns.get(progress.turn);
        if (turn === undefined) break;
        turn.ended = true;
        this.#turns.delete(progress.turn);
        this.#tell(turn);
        break;
      }
      case 'settled':
        this.#byMessage.delete(progress.message);
        break;
    }
  }

  #remember(message: string, text: string): void {
    this.#texts.set(message, text.slice(0, MAX_ASKED));
    if (this.#texts.size <= MAX_TURNS) return;
    const oldest = this.#texts.keys().next().value;
    if (oldest !== undefined) this.#texts.delete(oldest);
  }

  #start(progress: Extract<Progress, { type: 'started' }>): void {
    const { turn: id, lane, session, attempt, messages } = progress;
    const turn = this.#fresh({ turn: id, lane, session, attempt, messages, partial: false });
    this.#add(turn);
    for (const message of progress.messages) this.#byMessage.set(message, turn);
    this.#tell(turn);
  }

  #known(progress: { readonly turn: string; readonly lane: string }): LiveTurn {
    const known = this.#turns.get(progress.turn);
    if (known !== undefined) return known;
    const { turn: id, lane } = progress;
    const turn = this.#fresh({
      turn: id,
      lane,
      session: undefined,
      attempt: 1,
      messages: [],
      partial: true,
    });
    this.#add(turn);
    return turn;
  }

  #fresh(
    known: Pick<LiveTurn, 'turn' | 'lane' | 'session' | 'attempt' | 'messages' | 'partial'>,
  ): LiveTurn {
    return {
      ...known,
      startedAt: this.#now(),
      text: new TextLog(),
      thought: '',
      plan: [],
      steps: new Map(),
      question: undefined,
      truncated: false,
      ended: false,
    };
  }

  #add(turn: LiveTurn): void {
    this.#turns.delete(turn.turn);
    this.#turns.set(turn.turn, turn);
    if (this.#turns.size <= MAX_TURNS) return;
    const oldest = this.#turns.values().next().value as LiveTurn;
    this.#turns.delete(oldest.turn);
    for (const message of oldest.messages) {
      if (this.#byMessage.get(message) === oldest) this.#byMessage.delete(message);
    }
  }

  #tell(turn: LiveTurn): void {
    for (const message of turn.messages) {
      for (const listener of this.#listeners.get(message) ?? []) listener(turn);
    }
  }
}
