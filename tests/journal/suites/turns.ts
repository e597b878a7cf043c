import { describe, expect, it } from 'vitest';
import type { StepRecord } from '../../../gateway/core/turn.ts';
import type { Journal } from '../../../gateway/journal/journal.ts';
import {
  answered,
  claimBy,
  MACHINE,
  message,
  names,
  starting,
  suspended,
  T0,
  turnOf,
  waiting,
} from '../builders.ts';

export function turnSuite(journal: () => Journal): void {
  const step = (patch: Partial<StepRecord> = {}): StepRecord => ({
    id: 's1',
    name: 'search',
    argsHash: 'ab',
    state: 'started',
    attempt: 1,
    startedAt: T0,
    ...patch,
  });

  describe('turns', () => {
    it('R06 answers five quick messages in the order of their commits', async () => {
      const ids = ['m1', 'm2', 'm3', 'm4', 'm5'];
      const receipts = await Promise.all(
        ids.map((id) => journal().accept(message(id, 'a'), starting())),
      );
      const order: string[] = [];
      let turn = turnOf(receipts[0] as (typeof receipts)[number]);
      for (;;) {
        order.push(...turn.messages.map((m) => m.id));
        const end = await journal().endTurn(turn, answered(turn, { claim: claimBy('i1') }));
        if (!end.accepted || end.next === undefined) break;
        turn = end.next;
      }
      expect(order).toEqual(ids);
    });

    it('runs one turn of a lane at a time, and lanes beside each other', async () => {
      await journal().accept(message('m1', 'a'), starting());
      await journal().accept(message('m2', 'a'), starting('i2'));
      expect(await journal().claim('a', claimBy('i2'))).toEqual({});
      const other = await journal().accept(message('m3', 'b'), starting('i2'));
      expect(turnOf(other).lane).toBe('b');
      expect((await journal().running()).map((r) => r.message)).toEqual(['m1', 'm3']);
    });

    it('claims whatever is free, oldest first', async () => {
      for (const lane of ['c', 'a', 'b']) {
        await journal().accept(message(`m-${lane}`, lane), waiting());
      }
      const turns = await journal().claimAny(claimBy('i1'), 2);
      expect(turns.map((t) => t.lane)).toEqual(['c', 'a']);
      expect((await journal().claimAny(claimBy('i1'), 9)).map((t) => t.lane)).toEqual(['b']);
      expect(await journal().claimAny(claimBy('i1'), 9)).toEqual([]);
    });

    it('R05 R28 commits the reply with the end of its turn, and exactly one outcome', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      const end = await journal().endTurn(turn, answered(turn));
      expect(end).toEqual({ accepted: true, outbox: [] });
      expect(await journal().outbox({ message: 'm1', limit: 9 })).toMatchObject([
        { state: 'prepared', turn: turn.turn, text: 'reply to m1' },
      ]);
      expect(await journal().endTurn(turn, answered(turn))).toEqual({ accepted: false });
      expect(await names(journal(), 'm1')).toEqual(['accepted', 'started', 'answered']);
      expect(await journal().counts()).toMatchObject({
        accepted: 1,
        open: 0,
        outcomes: { answered: 1 },
        outbox: { prepared: 1 },
      });
    });

    it('R22 refuses all output under an old fence, and writes nothing of it', async () => {
      const old = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().adopt({ machine: MACHINE, allBut: ['i2'] }, T0 + 1);
      const { turn } = await journal().claim('a', claimBy('i2'));
      expect(turn?.fence).toBeGreaterThan(old.fence);
      expect(await journal().step(old, step())).toBe(false);
      expect(await journal().saveAgentState(old, 'late')).toBe(false);
      expect(await journal().endTurn(old, answered(old))).toEqual({ accepted: false });
      expect(await journal().outbox({ message: 'm1', limit: 9 })).toEqual([]);
      expect(await journal().transcript(old.session, { limit: 9 })).toEqual([]);
      expect(await journal().message('m1')).toMatchObject({ state: 'running' });
    });

    it('takes a suspended turn up again: same messages, next attempt, its steps', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().accept(message('m2', 'a'), starting());
      expect(await journal().step(turn, step())).toBe(true);
      expect(await journal().step(turn, step({ state: 'done', endedAt: T0 + 1 }))).toBe(true);
      await journal().step(turn, step({ id: 's2' }));
      await journal().saveAgentState(turn, { thread: 9 });
      await journal().endTurn(turn, suspended);
      expect((await journal().queued({ lane: 'a', limit: 9 })).map((m) => m.id)).toEqual([
        'm1',
        'm2',
      ]);
      const { turn: again } = await journal().claim('a', claimBy('i2'));
      expect(again).toMatchObject({
        turn: turn.turn,
        attempt: 2,
        agentState: { thread: 9 },
        messages: [{ id: 'm1', state: 'running' }],
        opens: true,
        steps: [
          { id: 's1', state: 'done', endedAt: T0 + 1 },
          { id: 's2', state: 'started' },
        ],
      });
      expect(await names(journal(), 'm1')).toEqual([
        'accepted',
        'started',
        'step',
        'step',
        'step',
        'suspended',
        'started',
      ]);
    });

    it('gives a taken-up turn what was steered into it', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().accept(message('m2', 'a'), starting());
      const into = { now: T0, outbound: [], turn: turn.turn };
      expect(await journal().settle('m2', 'steered', into)).toBe(true);
      await journal().endTurn(turn, suspended);
      const { turn: again } = await journal().claim('a', claimBy('i1'));
      expect(again?.messages.map((m) => [m.id, m.outcome])).toEqual([
        ['m1', undefined],
        ['m2', 'steered'],
      ]);
      if (again) await journal().endTurn(again, answered(again));
      expect(await journal().counts()).toMatchObject({
        open: 0,
        outcomes: { answered: 1, steered: 1 },
      });
    });

    it('keeps the lines before a turn, and says when there are none', async () => {
      for (const id of ['m1', 'm2']) {
        const turn = turnOf(await journal().accept(message(id, 'a'), starting()));
        await journal().endTurn(turn, answered(turn, { usage: { inputTokens: 5, cost: 0.5 } }));
      }
      const third = turnOf(await journal().accept(message('m3', 'a'), starting()));
      expect(third.opens).toBe(false);
      const lines = await journal().transcript(third.session, { limit: 3 });
      expect(lines.map(({ role, text }) => ({ role, text }))).toEqual([
        { role: 'assistant', text: 'reply to m1' },
        { role: 'user', text: 'text of m2' },
        { role: 'assistant', text: 'reply to m2' },
      ]);
      expect(await journal().session(third.session)).toMatchObject({
        messages: 3,
        usage: { inputTokens: 10, cost: 1 },
      });
    });

    it('keeps a stateless message’s own history with it, and nothing of it in a transcript', async () => {
      const history = [{ role: 'user' as const, text: 'before' }];
      const asked = message('m1', 'once', { stateless: { history } });
      const turn = turnOf(await journal().accept(asked, starting()));
      expect(turn).toMatchObject({ opens: true, messages: [{ stateless: { history } }] });
      expect(await journal().sessions({ limit: 9 })).toEqual([]);
    });

    it('R53 what the model thought is in the trace of the first message, and nowhere else', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().endTurn(turn, answered(turn, { reasoning: 'hm' }));
      const detail = async (id: string) => (await journal().trace(id)).at(-1)?.detail;
      expect(await detail('m1')).toEqual({ turn: turn.turn, reasoning: 'hm' });
      const other = turnOf(await journal().accept(message('m2', 'b'), starting()));
      await journal().endTurn(other, answered(other));
      expect(await detail('m2')).toEqual({ turn: other.turn });
      const lines = await journal().transcript(turn.session, { limit: 9 });
      expect(JSON.stringify(lines)).not.toContain('hm');
    });

    it('a cancelled and a failed turn end their messages too', async () => {
      const one = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().endTurn(one, answered(one, { end: 'cancelled', outcome: 'cancelled' }));
      const two = turnOf(await journal().accept(message('m2', 'a'), starting()));
      const failed = { end: 'failed', outcome: 'dead', error: 'no answer' } as const;
      await journal().endTurn(two, answered(two, failed));
      expect(await journal().counts()).toMatchObject({ outcomes: { cancelled: 1, dead: 1 } });
    });
  });
}
