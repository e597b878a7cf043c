import { getHeapStatistics } from 'node:v8';
import { type Clock, SECOND, type Timer } from '../core/clock.ts';

const MB = 1 << 20;
/** How often the heap is looked at. */
const LOOK = 1 * SECOND;
/** What may be added to the live heap before it is collected: this much, or as much again as lives. */
const ROOM = 24 * MB;
/** Looks without growth after which a gateway counts as idle, and what it no longer needs is given back. */
const IDLE = 10;

/**
 * Gives memory back. V8 collects late: it lets a heap grow to a multiple of what lives in it, and an idle one
 * is not collected at all, so that a gateway keeps the memory of its busiest minute for ever. Here it is
 * collected once it has grown by a bound, and once more when it has become idle.
 *
 * A collection of what lives here (tens of megabytes) takes some ten milliseconds, at most every second.
 */
export class HeapKeeper {
  readonly #clock: Clock;
  readonly #collect: () => void;
  readonly #used: () => number;
  #timer: Timer | undefined;
  /** Bytes in use after the last collection. */
  #live: number;
  #last: number;
  #quiet = 0;

  /** `collect` is V8's own `gc`; without the flag that exposes it nothing is done. */
  constructor(
    clock: Clock,
    collect: (() => void) | undefined = exposedGc(),
    used: () => number = () => getHeapStatistics().used_heap_size,
  ) {
    this.#clock = clock;
    this.#collect = collect ?? (() => {});
    this.#used = used;
    this.#live = used();
    this.#last = this.#live;
    if (collect !== undefined) this.#later();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #later(): void {
    this.#timer = this.#clock.after(LOOK, () => {
      this.#look();
      this.#later();
    });
  }

  #look(): void {
    const used = this.#used();
    this.#quiet = used > this.#last + MB ? 0 : this.#quiet + 1;
    this.#last = used;
    const grown = used - this.#live;
    if (grown > Math.max(ROOM, this.#live) || (this.#quiet === IDLE && grown > MB)) this.#now();
  }

  #now(): void {
    this.#collect();
    this.#live = this.#used();
    this.#last = this.#live;
  }
}

function exposedGc(): (() => void) | undefined {
  const { gc } = globalThis as { gc?: () => void };
  return gc === undefined ? undefined : () => gc();
}
