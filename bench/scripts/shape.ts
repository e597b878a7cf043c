/** Twenty-one values: the smallest, those below which 5 %, 10 %, … lie, and the largest. */
export type Quantiles = readonly number[];

/** The figures of one public history. Nothing in it is anybody's text. */
export interface Shape {
  /** Where it was read, and when. */
  readonly history: string;
  readonly until: string;
  readonly commits: number;
  /** Parts of all commits. */
  readonly merges: number;
  /** Of a merge: how many commits it brought that its first parent's line has not. */
  readonly brought: Quantiles;
  readonly authors: number;
  /** Of the newest tenth of the commits: how fast new people come. */
  readonly authorsOfTenth: number;
  readonly commitsPerAuthor: Quantiles;
  /** Characters, of commits that are no merges. */
  readonly subject: Quantiles;
  readonly body: Quantiles;
  readonly line: Quantiles;
  /** Parts of the commits that are no merges. */
  readonly conventional: number;
  readonly numbered: number;
  readonly coAuthored: number;
  /** Where there are any: how many. */
  readonly coAuthors: Quantiles;
  readonly signedOff: number;
  readonly otherTrailers: number;
  readonly reference: number;
  readonly handle: number;
  readonly address: number;
  readonly code: number;
  readonly nonLatin: number;
  /** Parts of the messages that are read for sources, and of those that name one. */
  readonly mayClaim: number;
  readonly claims: number;
  /** Parts of the authors. */
  readonly nonAsciiNames: number;
  readonly noreply: number;
}

const STEPS = 20;

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return new Array<number>(STEPS + 1).fill(0);
  return Array.from(
    { length: STEPS + 1 },
    (_, step) => sorted[Math.round(((sorted.length - 1) * step) / STEPS)]!,
  );
}

/** Chance that is the same in each run (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  is(part: number): boolean {
    return this.next() < part;
  }

  of<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!;
  }

  /** A value of a distribution: straight between two of its figures, and few near a far end. */
  from(quantiles: Quantiles): number {
    const place = this.next() * STEPS;
    const low = Math.floor(place);
    const [from, to] = [quantiles[low]!, quantiles[low + 1]!];
    const far = to > 4 * Math.max(1, from);
    return Math.round(from + (to - from) * (place - low) ** (far ? 8 : 1));
  }
}
