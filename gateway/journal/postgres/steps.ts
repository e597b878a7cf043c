/** One call on its way: `op` of functions/run.ts. */
export interface Call {
  readonly op: string;
  readonly args: readonly unknown[];
  /** The lane it locks, where the call names one. */
  readonly lane?: string;
  /** Refused once the instance was declared dead. */
  readonly fenced?: true;
  /** It writes nothing. */
  readonly reads?: true;
  /** Whether its result says that others may find something new. */
  readonly news?: (result: never) => boolean;
}

/** A part of a batch: one call, or calls of one kind that the database takes together (functions/sets.ts). */
export interface Step {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly fenced?: true;
}

/** A batch on its way. */
export interface Steps {
  /** The lanes that are locked before anything is looked at. */
  readonly lanes: readonly string[];
  readonly steps: readonly Step[];
  /** What each call came to, from what each step did. */
  results(answers: readonly Answer[]): Answer[];
}

/** What a step or a call came to: its value, or that its instance is dead. */
export interface Answer {
  readonly value?: unknown;
  readonly void?: true;
}

/** How calls of one kind become one step. */
const SETS: Readonly<Record<string, string>> = {
  accept: 'accepts',
  endTurn: 'endTurns',
  settleOutbox: 'settleRows',
};

interface Part {
  readonly op: string;
  readonly args: unknown[];
  readonly fenced: true | undefined;
  /** The calls, by their place in the batch. */
  readonly calls: number[];
  readonly lanes: Set<string>;
}

/**
 * Puts calls of one kind together. They may pass others only where nobody can tell: what concerns a lane keeps
 * its order, and so does everything before and after a call of any other kind. What was sent is written before
 * the ends of turns that were called with it.
 */
export function stepsOf(batch: readonly Call[]): Steps {
  const parts: Part[] = [];
  // Where the parts begin that a call may still join.
  let open = 0;
  batch.forEach(({ op, args, lane, fenced }, at) => {
    const set = SETS[op];
    if (set === undefined) {
      parts.push({ op, args: [...args], fenced, calls: [at], lanes: new Set() });
      open = parts.length;
      return;
    }
    const part = joined(
      parts,
      open,
      { op: set, args: [], fenced, calls: [], lanes: new Set() },
      lane,
    );
    if (lane === undefined) part.args.push(...args);
    else part.args.push({ i: part.calls.length, ...(args[0] as object) });
    part.calls.push(at);
    if (lane !== undefined) part.lanes.add(lane);
  });
  return {
    lanes: [...new Set(batch.flatMap(({ lane }) => lane ?? []))],
    steps: parts.map(({ op, args, fenced }) => ({ op, args, ...(fenced && { fenced }) })),
    results: (answers) => {
      const results: Answer[] = batch.map(() => ({}));
      parts.forEach(({ calls, lanes }, p) => {
        const answer = answers[p] ?? {};
        const each = lanes.size > 0 ? (answer.value as unknown[] | undefined) : undefined;
        calls.forEach((at, i) => {
          results[at] = each === undefined ? answer : { value: each[i] };
        });
      });
      return results;
    },
  };
}

/** The part that a call goes into: an earlier one of its kind, unless its lane comes later too; or a new one. */
function joined(parts: Part[], open: number, fresh: Part, lane: string | undefined): Part {
  if (lane === undefined) {
    const first = parts[open];
    if (first?.op === fresh.op) return first;
    parts.splice(open, 0, fresh);
    return fresh;
  }
  for (let p = parts.length - 1; p >= open; p--) {
    const part = parts[p] as Part;
    if (part.lanes.has(lane)) break;
    if (part.op === fresh.op) return part;
  }
  parts.push(fresh);
  return fresh;
}
