/**
 * The drain of one instance, as a pure state machine.
 *
 *     serving ──order──▶ draining ──no work left──▶ settling ──settled──▶ left
 *        ▲                  │  │                       ▲
 *        └─cancel (a pause)─┘  └─deadline or force─▶ cutting
 *
 * - serving: turns start.
 * - draining: none start; running ones finish. Messages are still committed, for whoever comes next.
 *   A `pause` (maintenance) stays here until it is cancelled or its deadline passes, and then serves
 *   again: an order that nobody renews cannot leave the gateway refusing work.
 * - cutting: running turns were told to end; they have `grace` to do so, then the gateway goes on
 *   without them. They are suspended, not lost. Entered at the deadline or at once by `force`.
 * - settling: what is committed is delivered; bounded by the caller.
 * - left: nothing more happens here.
 *
 * A turn that waits for a person is not counted: it holds no drain up.
 * Time is monotonic: a wall clock that is set neither prolongs nor shortens a drain.
 */
export type DrainPhase = 'serving' | 'draining' | 'cutting' | 'settling' | 'left';

export interface DrainState {
  readonly phase: DrainPhase;
  readonly purpose?: 'leave' | 'pause';
  /** Monotonic milliseconds. Set iff draining or cutting. */
  readonly deadline?: number;
}

export type DrainInput =
  | {
      readonly type: 'order';
      readonly purpose: 'leave' | 'pause';
      readonly timeout: number;
      readonly force: boolean;
    }
  | { readonly type: 'cancel' }
  | { readonly type: 'force' }
  | { readonly type: 'look'; readonly working: number }
  | { readonly type: 'settled' };

/** What the caller does next. */
export type DrainEffect = 'close-gate' | 'open-gate' | 'cut-turns' | 'settle' | 'leave';

export const SERVING: DrainState = { phase: 'serving' };

/** One step. Inputs that make no sense in a phase change nothing: a late timer must do no harm. */
export function drainStep(
  state: DrainState,
  input: DrainInput,
  now: number,
  grace: number,
): { readonly state: DrainState; readonly effects: readonly DrainEffect[] } {
  const same = { state, effects: [] };
  const cut = {
    state: { phase: 'cutting', purpose: 'leave', deadline: now + grace } as const,
    effects: ['cut-turns'] as const,
  };
  switch (input.type) {
    case 'order': {
      if (state.phase === 'draining') {
        // Asking again renews a pause; leaving wins over pausing and its deadline is never moved out.
        if (input.purpose === 'leave' && input.force) return cut;
        if (state.purpose === 'leave') return same;
        return {
          state: { phase: 'draining', purpose: input.purpose, deadline: now + input.timeout },
          effects: [],
        };
      }
      if (state.phase !== 'serving') return same;
      if (input.force) return { state: cut.state, effects: ['close-gate', 'cut-turns'] };
      return {
        state: { phase: 'draining', purpose: input.purpose, deadline: now + input.timeout },
        effects: ['close-gate'],
      };
    }
    case 'cancel':
      // Whoever told an instance to leave has begun to put another in its place.
      return state.phase === 'draining' && state.purpose === 'pause'
        ? { state: SERVING, effects: ['open-gate'] }
        : same;
    case 'force':
      return state.phase === 'draining' && state.purpose === 'leave' ? cut : same;
    case 'look': {
      const due = now >= (state.deadline ?? Number.POSITIVE_INFINITY);
      if (state.phase === 'draining' && state.purpose === 'pause') {
        return due ? { state: SERVING, effects: ['open-gate'] } : same;
      }
      if (state.phase === 'draining') {
        if (input.working === 0)
          return { state: { phase: 'settling', purpose: 'leave' }, effects: ['settle'] };
        return due ? cut : same;
      }
      if (state.phase === 'cutting' && (input.working === 0 || due)) {
        return { state: { phase: 'settling', purpose: 'leave' }, effects: ['settle'] };
      }
      return same;
    }
    case 'settled':
      return state.phase === 'settling' ? { state: { phase: 'left' }, effects: ['leave'] } : same;
  }
}
