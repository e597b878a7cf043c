import type { Strength } from '../model.ts';

/** Somebody a text names, by login, by name, or by both name and address. */
export interface Named {
  readonly login?: string;
  readonly name?: string;
  readonly email?: string;
  /** Written as @login. */
  readonly at?: true;
}

/** One source that a text names: a pull request, people, or both. */
export interface SourceClaim {
  readonly pr?: number;
  readonly people: readonly Named[];
  readonly family: string;
  readonly strength: Strength;
  readonly line: string;
}

/** A claim while its sentence is read. */
export interface Draft {
  pr?: number;
  people: Named[];
  family: string;
  strength: Strength;
  end: number;
  /** Only linking words stood between the cue and what it governs. */
  tight: boolean;
  /** "the work of", "a patch by" stood before the person. */
  ofWork?: boolean;
  /** "their #1": more numbers of the same people may follow. */
  several?: boolean;
  /** Taken from the number before; somebody named for this one alone takes their place. */
  borrowed?: boolean;
}
