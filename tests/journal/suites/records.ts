import { describe, expect, it } from 'vitest';
import type { Order } from '../../../gateway/core/order.ts';
import type { Journal } from '../../../gateway/journal/journal.ts';
import { answered, claimBy, message, starting, suspended, T0, turnOf } from '../builders.ts';

export function recordSuite(journal: () => Journal): void {
  describe('sessions', () => {
    it('a new session takes what waits; a running turn keeps its own', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().accept(message('m2', 'a'), starting());
      const fresh = await journal().newSession('a', T0 + 5);
      expect(fresh.id).not.toBe(turn.session);
      const end = await journal().endTurn(turn, answered(turn, { claim: claimBy('i1') }));
      expect(end).toMatchObject({ next: { session: fresh.id, opens: true } });
      expect(await journal().transcript(turn.session, { limit: 9 })).toHaveLength(2);
      expect(await journal().session(turn.session)).toMatchObject({
        endedAt: T0 + 5,
        messages: 1,
      });
    });

    it('a turn cut off before /new is taken up in the session it began in', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().endTurn(turn, suspended);
      await journal().newSession('a', T0);
      expect(await journal().claim('a', claimBy('i1'))).toMatchObject({
        turn: { session: turn.session },
      });
    });

    it('refuses a new session where nobody has written', async () => {
      await expect(journal().newSession('nowhere', T0)).rejects.toMatchObject({
        name: 'RequestError',
      });
    });

    it('a session keeps its agent and model; another agent forgets the saved state', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().saveAgentState(turn, 'mine');
      await journal().updateSession(turn.session, { agent: 'chat', model: 'big', title: '100%' });
      const end = await journal().endTurn(turn, answered(turn));
      expect(end.accepted).toBe(true);
      const next = turnOf(await journal().accept(message('m2', 'a'), starting()));
      expect(next).toMatchObject({ agent: 'chat', model: 'big' });
      expect(next).not.toHaveProperty('agentState');
      expect(await journal().sessions({ search: '100%', limit: 9 })).toHaveLength(1);
      expect(await journal().sessions({ search: '1_0%', limit: 9 })).toEqual([]);
    });

    it('pages through a transcript backwards', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().endTurn(turn, answered(turn));
      const [last] = await journal().transcript(turn.session, { limit: 1 });
      expect(last).toMatchObject({ role: 'assistant', message: 'm1', turn: turn.turn });
      const before = last?.seq ?? 0;
      expect(await journal().transcript(turn.session, { before, limit: 9 })).toMatchObject([
        { role: 'user', text: 'text of m1' },
      ]);
    });
  });

  describe('orders', () => {
    const order = (id: string, patch: Partial<Order> = {}): Order => ({
      id,
      kind: 'restart',
      by: 'cli',
      force: false,
      createdAt: T0,
      deadline: T0 + 100,
      state: 'open',
      ...patch,
    });

    it('returns the open one of its kind instead of another', async () => {
      expect(await journal().order(order('o1'))).toMatchObject({ created: true });
      expect(await journal().order(order('o2'))).toEqual({ order: order('o1'), created: false });
      const drain = order('o3', { kind: 'drain' });
      expect(await journal().order(drain)).toMatchObject({ created: true });
      expect(await journal().orders({ state: 'open', limit: 9 })).toHaveLength(2);
    });

    it('an order past its deadline is timed out and stands in no way', async () => {
      await journal().order(order('o1'));
      const later = order('o2', { createdAt: T0 + 101, deadline: T0 + 200 });
      expect(await journal().order(later)).toMatchObject({ created: true });
      expect(await journal().orders({ state: 'timed-out', limit: 9 })).toMatchObject([
        { id: 'o1' },
      ]);
    });

    it('an order ends once', async () => {
      await journal().order(order('o1'));
      const done = { state: 'done', endedAt: T0 + 1, successor: 'i2' } as const;
      expect(await journal().updateOrder('o1', done)).toMatchObject(done);
      expect(await journal().updateOrder('o1', { state: 'cancelled' })).toMatchObject(done);
      expect(await journal().updateOrder('nope', done)).toBeUndefined();
    });
  });

  describe('the calls', () => {
    it('one that fails spoils none that travels with it', async () => {
      const results = await Promise.allSettled([
        journal().setCursor('a', 1),
        journal().newSession('nowhere', T0),
        journal().setCursor('b', 2),
        journal().cursor('b'),
      ]);
      expect(results.map((r) => r.status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
      expect(results[3]).toMatchObject({ value: 2 });
      expect(await journal().cursor('a')).toBe(1);
    });

    it('finish what was asked for before the end, and are refused after it', async () => {
      const last = journal().setCursor('a', 1);
      await journal().close();
      await last;
      await expect(journal().cursor('a')).rejects.toMatchObject({ name: 'JournalUnavailable' });
    });
  });
}
