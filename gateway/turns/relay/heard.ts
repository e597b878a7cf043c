import type { Progress } from '../../core/progress.ts';
import type { ProgressBus } from '../../delivery/progressBus.ts';

interface HeardTurn {
  readonly lane: string;
  readonly attempt: number;
  /** Who tells of it now. */
  from: string;
  /** Text that was passed on, in UTF-16 units. */
  length: number;
  /** So much of what comes next was passed on before the connection broke. */
  again: number;
}

/**
 * The turns that other instances tell of, so that each word is passed on once however often a connection
 * breaks, and a turn whose instance is gone is not shown as running for ever.
 */
export class Heard {
  readonly #bus: ProgressBus;
  readonly #turns = new Map<string, HeardTurn>();
  /** By instance: what it named since its connection was made, until it says that this is all. */
  readonly #naming = new Map<string, Set<string>>();
  readonly #stop: () => void;

  constructor(bus: ProgressBus) {
    this.#bus = bus;
    // Taken up here: nobody else tells of it any more.
    this.#stop = bus.subscribe((progress) => {
      if (progress.type === 'started') this.#turns.delete(progress.turn);
    }, 'here');
  }

  /** A connection to an instance was made: it names what runs first. */
  connected(instance: string): void {
    this.#naming.set(instance, new Set());
  }

  take(instance: string, progress: Progress): void {
    switch (progress.type) {
      case 'status':
        this.#named(instance);
        return;
      case 'started':
        this.#naming.get(instance)?.add(progress.turn);
        if (this.#isKnown(instance, progress)) return;
        break;
      case 'text': {
        const delta = this.#fresh(progress.turn, progress.delta);
        if (delta !== '') this.#emit({ ...progress, delta });
        return;
      }
      case 'ended':
        this.#turns.delete(progress.turn);
        break;
    }
    this.#emit(progress);
  }

  /** An instance is gone: whatever it ran goes on elsewhere, and is told of from there. */
  gone(instance: string): void {
    this.#naming.delete(instance);
    this.#end(instance, () => true);
  }

  close(): void {
    this.#stop();
  }

  /** What it did not name has ended while nobody listened. */
  #named(instance: string): void {
    const named = this.#naming.get(instance);
    if (named === undefined) return;
    this.#naming.delete(instance);
    this.#end(instance, (turn) => !named.has(turn));
  }

  #end(instance: string, which: (turn: string) => boolean): void {
    for (const [turn, { lane, from }] of [...this.#turns]) {
      if (from !== instance || !which(turn)) continue;
      this.#turns.delete(turn);
      this.#emit({ type: 'ended', lane, turn, end: 'suspended' });
    }
  }

  #isKnown(from: string, { turn, lane, attempt }: Extract<Progress, { type: 'started' }>): boolean {
    const known = this.#turns.get(turn);
    if (known?.from === from && known.attempt === attempt) {
      known.again = known.length;
      return true;
    }
    this.#turns.set(turn, { lane, attempt, from, length: 0, again: 0 });
    return false;
  }

  #fresh(id: string, delta: string): string {
    const turn = this.#turns.get(id);
    if (turn === undefined) return delta;
    const before = Math.min(turn.again, delta.length);
    turn.again -= before;
    turn.length += delta.length - before;
    return delta.slice(before);
  }

  #emit(progress: Progress): void {
    this.#bus.emit(progress, 'elsewhere');
  }
}
