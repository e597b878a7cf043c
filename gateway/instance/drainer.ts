import type { Gate } from '../core/admission.ts';
import { bounded } from '../core/bounded.ts';
import type { Clock, Timer } from '../core/clock.ts';
import {
  type DrainEffect,
  type DrainInput,
  type DrainState,
  drainStep,
  SERVING,
} from '../core/drain.ts';
import type { Log } from '../core/log.ts';
import type { Settings } from '../core/settings.ts';
import type { Turns } from '../turns/turns.ts';

export interface DrainerDeps {
  readonly gate: Gate;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly turns: Turns;
  readonly log: Log;
  /** Delivers what is committed; bounded by itself. */
  readonly settle: () => Promise<void>;
  /** The phase changed. */
  readonly changed: () => void;
  /** A pause ended by itself at its deadline. */
  readonly pauseOver: () => void;
}

/** Drives the drain state machine of core/drain.ts with real turns and time. */
export class Drainer {
  readonly #deps: DrainerDeps;
  readonly #left: Promise<void>;
  #leave: () => void = () => {};
  #state: DrainState = SERVING;
  #timer: Timer | undefined;

  constructor(deps: DrainerDeps) {
    this.#deps = deps;
    this.#left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  get state(): DrainState {
    return this.#state;
  }

  /** Drains for good. Resolves when everything committed is settled. Calling again awaits the first; `force` cuts. */
  leave(timeout: number, force: boolean): Promise<void> {
    this.#step({ type: 'order', purpose: 'leave', timeout, force });
    this.look();
    return this.#left;
  }

  /** Cuts the turns that a leaving drain still waits for. */
  force(): void {
    this.#step({ type: 'force' });
    this.look();
  }

  /** Starts no turns for `timeout` ms, unless cancelled. Again: renews. */
  pause(timeout: number): void {
    this.#step({ type: 'order', purpose: 'pause', timeout, force: false });
    this.look();
  }

  /** Serves again. `false`: too late. */
  cancel(): boolean {
    this.#step({ type: 'cancel' });
    return this.#state.phase === 'serving';
  }

  /** Something changed that the drain may have waited for. */
  look(): void {
    // A turn whose claim was on its way when turns were cut starts now: it is cut as well.
    if (this.#state.phase === 'cutting')
      for (const turn of this.#deps.turns.all()) turn.cut('restart');
    const wasPause = this.#state.purpose === 'pause';
    this.#step({ type: 'look', working: this.working });
    if (wasPause && this.#state.phase === 'serving') this.#deps.pauseOver();
  }

  /** What a drain would wait for: turns that wait for a person are not counted. */
  get working(): number {
    const { gate, turns } = this.#deps;
    // Tokens without an active turn are turns about to start or to end: they count as work.
    const parked = turns.all().filter((t) => t.parked).length;
    return gate.count('turn', 'background', 'receive', 'command') - parked;
  }

  #step(input: DrainInput): void {
    const { clock, settings } = this.#deps;
    const before = this.#state;
    const { state, effects } = drainStep(before, input, clock.monotonic(), settings.interruptGrace);
    this.#state = state;
    for (const effect of effects) this.#do(effect);
    if (state !== before) {
      this.#watch();
      this.#deps.changed();
    }
  }

  #do(effect: DrainEffect): void {
    const { gate, turns, settings } = this.#deps;
    switch (effect) {
      case 'close-gate':
        gate.advance('draining');
        break;
      case 'open-gate':
        gate.reopen();
        break;
      case 'cut-turns':
        for (const turn of turns.all()) turn.cut('restart');
        break;
      case 'settle':
        // Parked turns are suspended with their question; the successor asks again.
        for (const turn of turns.all()) turn.cut('restart');
        // What hangs by now is left behind (R27): its end is refused or taken up by the next instance.
        void bounded(
          'ending what runs',
          settings.stopStep,
          gate.idle('turn', 'command'),
          this.#deps,
        )
          .then(() => {
            gate.advance('settling');
            return this.#deps.settle();
          })
          .finally(() => this.#step({ type: 'settled' }));
        break;
      case 'leave':
        this.#leave();
        break;
    }
  }

  /** One timer, for the phase's deadline; work that ends calls `look` by itself, and so does this once a second. */
  #watch(): void {
    this.#timer?.cancel();
    const { deadline, phase } = this.#state;
    if (deadline === undefined || (phase !== 'draining' && phase !== 'cutting')) return;
    const left = Math.max(0, deadline - this.#deps.clock.monotonic());
    this.#timer = this.#deps.clock.after(Math.min(left, 1_000), () => {
      this.look();
      this.#watch();
    });
  }
}
