/** A second Ctrl-C within this leaves. */
const TWICE_MS = 2_000;

export type Interrupt = 'stop-turn' | 'hint' | 'clear' | 'leave';

/**
 * What Ctrl-C means: the first clears what is typed, or ends the running turn, or says how to leave;
 * the second within two seconds leaves.
 */
export class Interrupts {
  #last = Number.NEGATIVE_INFINITY;

  /** `now` in milliseconds, monotonic. */
  press(now: number, { empty, running }: { empty: boolean; running: boolean }): Interrupt {
    const twice = now - this.#last < TWICE_MS;
    if (!empty) return 'clear';
    this.#last = now;
    if (twice) return 'leave';
    return running ? 'stop-turn' : 'hint';
  }
}
