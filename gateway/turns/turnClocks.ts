import type { Clock, Timer } from '../core/clock.ts';
import type { Settings } from '../core/settings.ts';

/**
 * The clocks that bound a run while it works: the hard deadline of the turn, the soft one at which the
 * person is told that it takes longer, and the progress clock, which every sign of life sets back. All stand still while the turn waits for a person, who may take as
 * long as they like. All are monotonic: a wall clock that is set makes nobody look silent.
 */
export class TurnClocks {
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #over: (why: 'timeout' | 'silent') => void;
  readonly #long: () => void;
  #soft: Timer | undefined;
  #toldLong = false;
  #deadline: Timer | undefined;
  #silence: Timer | undefined;
  /** Working time that is left of the turn, up to the last stop. */
  #left: number;
  #workingSince: number;
  #aliveAt: number;
  #lastProgressAt: number;

  constructor(
    { clock, settings }: { readonly clock: Clock; readonly settings: Settings },
    over: (why: 'timeout' | 'silent') => void,
    long: () => void,
  ) {
    this.#clock = clock;
    this.#settings = settings;
    this.#over = over;
    this.#long = long;
    this.#left = settings.turnTimeout;
    this.#workingSince = clock.monotonic();
    this.#aliveAt = clock.monotonic();
    this.#lastProgressAt = clock.now();
  }

  /** The last sign of life in wall-clock milliseconds, for people to read. */
  get lastProgressAt(): number {
    return this.#lastProgressAt;
  }

  alive(): void {
    this.#lastProgressAt = this.#clock.now();
    this.#aliveAt = this.#clock.monotonic();
  }

  start(): void {
    this.#workingSince = this.#clock.monotonic();
    this.#deadline = this.#clock.after(this.#left, () => this.#over('timeout'));
    this.#watchSilence(this.#settings.progressTimeout);
    const { softTimeout, turnTimeout } = this.#settings;
    if (softTimeout === 0 || softTimeout >= turnTimeout || this.#toldLong) return;
    const worked = turnTimeout - this.#left;
    this.#soft = this.#clock.after(Math.max(0, softTimeout - worked), () => {
      this.#toldLong = true;
      this.#long();
    });
  }

  stop(): void {
    if (this.#deadline !== undefined) this.#left -= this.#clock.monotonic() - this.#workingSince;
    this.#deadline?.cancel();
    this.#silence?.cancel();
    this.#soft?.cancel();
    this.#deadline = undefined;
    this.#silence = undefined;
  }

  /** One timer at a time that looks again when the oldest silence could be over: a streamed word costs no timer. */
  #watchSilence(ms: number): void {
    const { progressTimeout } = this.#settings;
    this.#silence = this.#clock.after(ms, () => {
      const silent = this.#clock.monotonic() - this.#aliveAt;
      if (silent >= progressTimeout) this.#over('silent');
      else this.#watchSilence(Math.min(progressTimeout, progressTimeout - silent));
    });
  }
}
