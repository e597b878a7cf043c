import { createHash } from 'node:crypto';
import type { Step } from '../agents/agent.ts';
import type { Clock } from '../core/clock.ts';
import type { Settings } from '../core/settings.ts';
import type { ClaimedTurn } from '../core/turn.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Journal } from '../journal/journal.ts';

export interface TurnStepsDeps {
  readonly journal: Pick<Journal, 'step'>;
  readonly bus: ProgressBus;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'loopLimit'>;
}

/** The run that the steps belong to. */
export interface StepsOf {
  /** It was cut, or is over: nothing may run any more. */
  readonly ending: () => boolean;
  readonly over: () => boolean;
  /** A sign of life. */
  readonly alive: () => void;
  readonly cut: (why: 'stale' | 'loop') => void;
}

/**
 * What an agent does in one run, step by step: written before it runs and when it has ended (R23), so that
 * whoever takes the turn up after a crash knows what may have happened.
 */
export class TurnSteps {
  readonly #turn: ClaimedTurn;
  readonly #deps: TurnStepsDeps;
  readonly #run: StepsOf;
  readonly #open = new Map<string, { name: string; argsHash: string; startedAt: number }>();
  #current: string | undefined;
  #failing = { key: '', count: 0 };

  constructor(turn: ClaimedTurn, deps: TurnStepsDeps, run: StepsOf) {
    this.#turn = turn;
    this.#deps = deps;
    this.#run = run;
  }

  /** What runs now, for people. */
  get current(): string | undefined {
    return this.#current;
  }

  /** Resolves when the step may run. @throws when the turn is not this run's any more. */
  async start(step: Step): Promise<void> {
    if (this.#run.ending()) throw superseded();
    this.#run.alive();
    const argsHash = createHash('sha256')
      .update(JSON.stringify(step.args) ?? '')
      .digest('hex');
    const startedAt = this.#deps.clock.now();
    const { attempt, lane, turn } = this.#turn;
    const { id, name, title } = step;
    this.#open.set(id, { name, argsHash, startedAt });
    const row = { id, name, argsHash, state: 'started' as const, attempt, startedAt };
    if (!(await this.#deps.journal.step(this.#turn, row))) {
      this.#run.cut('stale');
      throw superseded();
    }
    if (this.#run.ending()) throw superseded();
    this.#current = title ?? name;
    const titled = title === undefined ? {} : { title };
    this.#deps.bus.emit({
      type: 'step',
      lane,
      turn,
      step: { id, name, state: 'started', ...titled },
    });
  }

  async end(id: string, state: 'done' | 'failed', summary?: string): Promise<void> {
    const step = this.#open.get(id);
    if (this.#run.over() || step === undefined) return;
    this.#run.alive();
    this.#open.delete(id);
    this.#current = undefined;
    const { attempt, lane, turn } = this.#turn;
    const said = summary === undefined ? {} : { summary };
    this.#deps.bus.emit({
      type: 'step',
      lane,
      turn,
      step: { id, name: step.name, state, ...said },
    });
    const endedAt = this.#deps.clock.now();
    await this.#deps.journal.step(this.#turn, { ...step, id, state, attempt, endedAt });
    this.#watchLoop(`${step.name} ${step.argsHash}`, state);
  }

  /** The same step with the same arguments failing again and again will not succeed the next time. */
  #watchLoop(key: string, state: 'done' | 'failed'): void {
    const count = state === 'done' ? 0 : this.#failing.key === key ? this.#failing.count + 1 : 1;
    this.#failing = { key, count };
    if (count >= this.#deps.settings.loopLimit) this.#run.cut('loop');
  }
}

export function superseded(): Error {
  return new Error('the turn was ended; this must not run');
}
