import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DrainInput, type DrainState, drainStep, SERVING } from '../../gateway/core/drain.ts';

const GRACE = 5;
const order = (purpose: 'leave' | 'pause', timeout: number, force = false): DrainInput => ({
  type: 'order',
  purpose,
  timeout,
  force,
});
const look = (working: number): DrainInput => ({ type: 'look', working });

function walk(...steps: [at: number, input: DrainInput][]) {
  let state: DrainState = SERVING;
  const effects: string[] = [];
  for (const [at, input] of steps) {
    const next = drainStep(state, input, at, GRACE);
    state = next.state;
    effects.push(...next.effects);
  }
  return { phase: state.phase, effects };
}

describe('the drain state machine', () => {
  it('waits for work, settles, leaves', () => {
    expect(
      walk([0, order('leave', 100)], [1, look(1)], [2, look(0)], [3, { type: 'settled' }]),
    ).toEqual({
      phase: 'left',
      effects: ['close-gate', 'settle', 'leave'],
    });
  });

  it('cuts what is left at the deadline and goes on without it after a grace', () => {
    expect(
      walk([0, order('leave', 10)], [9, look(1)], [10, look(1)], [14, look(1)], [15, look(1)]),
    ).toEqual({
      phase: 'settling',
      effects: ['close-gate', 'cut-turns', 'settle'],
    });
  });

  it('a drain timeout of 0 cuts at once', () => {
    expect(walk([0, order('leave', 0)], [0, look(1)]).phase).toBe('cutting');
  });

  it('R08 force cuts turns and still settles what is committed', () => {
    expect(walk([0, order('leave', 100)], [1, { type: 'force' }], [2, look(0)])).toEqual({
      phase: 'settling',
      effects: ['close-gate', 'cut-turns', 'settle'],
    });
  });

  it('R07 a pause that nobody renews serves again at its deadline; renewed it goes on', () => {
    expect(walk([0, order('pause', 10)], [11, look(0)])).toEqual({
      phase: 'serving',
      effects: ['close-gate', 'open-gate'],
    });
    expect(walk([0, order('pause', 10)], [9, order('pause', 10)], [11, look(0)]).phase).toBe(
      'draining',
    );
  });

  it('R07 a pause can be cancelled; leaving can not', () => {
    expect(walk([0, order('pause', 10)], [1, { type: 'cancel' }]).phase).toBe('serving');
    expect(walk([0, order('leave', 10)], [1, { type: 'cancel' }]).phase).toBe('draining');
    expect(walk([0, order('leave', 0)], [0, look(1)], [1, { type: 'cancel' }]).phase).toBe(
      'cutting',
    );
  });

  it('whatever comes in whatever order: phases of leaving never go back, and leaving happens at most once', () => {
    const input = fc.oneof(
      fc.record({
        type: fc.constant('order' as const),
        purpose: fc.constantFrom('leave' as const, 'pause' as const),
        timeout: fc.nat(20),
        force: fc.boolean(),
      }),
      fc.constant({ type: 'cancel' as const }),
      fc.constant({ type: 'force' as const }),
      fc.record({ type: fc.constant('look' as const), working: fc.nat(2) }),
      fc.constant({ type: 'settled' as const }),
    );
    const rank = { serving: 0, draining: 0, cutting: 1, settling: 2, left: 3 };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), input), { maxLength: 60 }), (steps) => {
        let state: DrainState = SERVING;
        let at = 0;
        let closed = false;
        let left = 0;
        for (const [wait, step] of steps) {
          at += wait;
          const next = drainStep(state, step, at, GRACE);
          expect(rank[next.state.phase]).toBeGreaterThanOrEqual(rank[state.phase]);
          for (const effect of next.effects) {
            if (effect === 'close-gate') closed = true;
            if (effect === 'open-gate') closed = false;
            if (effect === 'leave') left++;
          }
          expect(closed).toBe(next.state.phase !== 'serving');
          state = next.state;
        }
        expect(left).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('always ends: a leaving drain with work that never stops is left after its deadline and grace', () => {
    fc.assert(
      fc.property(fc.nat(100), (timeout) => {
        expect(
          walk(
            [0, order('leave', timeout)],
            [timeout, look(1)],
            [timeout + GRACE, look(1)],
            [timeout + GRACE, { type: 'settled' }],
          ).phase,
        ).toBe('left');
      }),
    );
  });
});
