import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../gateway/journal/journal.ts';
import {
  answered,
  claimBy,
  HOUR,
  message,
  reply,
  starting,
  T0,
  turnOf,
  waiting,
} from '../builders.ts';

export function forgetSuite(journal: () => Journal): void {
  /** A message that was answered, its reply sent. */
  async function done(id: string, lane = 'a', patch = {}): Promise<void> {
    const turn = turnOf(await journal().accept(message(id, lane, patch), starting()));
    const step = { id: 's', name: 'look', argsHash: 'h', attempt: 1, startedAt: T0 };
    await journal().step(turn, { ...step, state: 'started' });
    await journal().endTurn(turn, answered(turn));
    await sent();
  }
  async function sent(state: 'sent' | 'failed' = 'sent'): Promise<void> {
    const rows = await journal().claimOutbox({
      platform: 'web',
      account: 'main',
      holder: 'i1',
      now: T0 + 2,
      limit: 99,
    });
    await journal().settleOutbox(
      rows.map(({ id }) =>
        state === 'sent' ? { id, state } : { id, state, error: 'the chat is gone' },
      ),
      T0 + 3,
    );
  }
  const forget = (before = T0 + HOUR, limit = 100) => journal().forget({ before, limit });

  describe('what is over for long', () => {
    it('is forgotten: message, events, turn and reply; the transcript stays', async () => {
      await done('m1');
      const { session } = (await journal().message('m1')) as { session: string };
      expect(await forget()).toMatchObject({ messages: 1 });
      expect(await journal().message('m1')).toBeUndefined();
      expect(await journal().trace('m1')).toEqual([]);
      expect(await journal().outbox({ limit: 9 })).toEqual([]);
      expect(await journal().transcript(session, { limit: 9 })).toHaveLength(2);
      const { accepted, open, outcomes } = await journal().counts();
      expect({ accepted, open, answered: outcomes.answered }).toEqual({
        accepted: 1,
        open: 0,
        answered: 1,
      });
    });

    it('is kept while it is young, and its place in the lane is not disturbed', async () => {
      await done('m1');
      await done('m2', 'a', { receivedAt: T0 + 2 * HOUR });
      expect(await forget(T0 + HOUR)).toMatchObject({ messages: 1 });
      expect(await journal().message('m2')).toBeDefined();
      const next = turnOf(await journal().accept(message('m3', 'a'), starting()));
      expect(await journal().transcript(next.session, { limit: 9 })).toHaveLength(4);
    });

    it('leaves nothing of a stateless request', async () => {
      await done('m1', 'alone', { stateless: { history: [] } });
      expect(await forget()).toMatchObject({ messages: 1 });
      const again = turnOf(
        await journal().accept(message('m1', 'alone', { stateless: { history: [] } }), starting()),
      );
      expect(again.attempt).toBe(1);
    });

    it('goes piece by piece, each bounded', async () => {
      for (const id of ['m1', 'm2', 'm3']) await done(id);
      const first = await forget(T0 + HOUR, 2);
      expect(first).toMatchObject({ messages: 2, next: expect.any(Number) });
      expect(first.bytes).toBeGreaterThan(0);
      const after = first.next as number;
      const rest = await journal().forget({ before: T0 + HOUR, after, limit: 2 });
      expect(rest.messages).toBe(1);
      expect(rest).not.toHaveProperty('next');
    });

    it('goes with notices that no message led to', async () => {
      await done('m1');
      const { message: _, ...notice } = reply('x', 'a', { kind: 'notice' });
      await journal().prepare([notice], T0);
      await sent();
      await forget();
      expect(await journal().outbox({ limit: 9 })).toEqual([]);
    });
  });

  describe('what is open', () => {
    it('is never forgotten, however old: waiting, running, unsent', async () => {
      await journal().accept(message('runs', 'a'), starting());
      await journal().accept(message('waits', 'a'), waiting());
      const turn = turnOf(await journal().accept(message('unsent', 'b'), starting()));
      await journal().endTurn(turn, answered(turn));
      expect(await forget()).toMatchObject({ messages: 0 });
      for (const id of ['runs', 'waits', 'unsent']) {
        expect(await journal().message(id), id).toBeDefined();
      }
      expect((await journal().counts()).open).toBe(2);
    });

    it('R30 nor are dead letters, until they are dropped', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      const { outbound: _, ...failed } = answered(turn);
      await journal().endTurn(turn, {
        ...failed,
        outbound: [],
        end: 'failed',
        outcome: 'dead',
        error: 'it gave up',
      });
      const lost = turnOf(await journal().accept(message('m2', 'b'), starting()));
      await journal().endTurn(lost, answered(lost));
      await sent('failed');
      expect(await forget()).toMatchObject({ messages: 0 });
      const letters = await journal().deadLetters(9);
      expect(letters).toHaveLength(2);
      expect(await journal().retryDead('m1', T0)).toBe(true);
      const again = await journal().claim('a', claimBy('i1'));
      expect(again).toHaveProperty('turn');
      for (const { id } of letters) await journal().dropDead(id, T0);
      expect(await forget()).toMatchObject({ messages: 1 });
    });
  });
}
