import { describe, expect, it } from 'vitest';
import type { Journal, OutboxClaim } from '../../../gateway/journal/journal.ts';
import { answered, HOUR, message, names, reply, starting, T0, turnOf } from '../builders.ts';

export function outboxSuite(journal: () => Journal): void {
  const due = (patch: Partial<OutboxClaim> = {}): OutboxClaim => ({
    platform: 'web',
    account: 'main',
    holder: 'i1',
    now: T0,
    limit: 10,
    ...patch,
  });
  const ids = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id);

  describe('the outbox', () => {
    it('R05 hands out the oldest unsent row of each lane, and the next when it is settled', async () => {
      const rows = [reply('1', 'a'), reply('2', 'a'), reply('3', 'b')];
      await journal().prepare(rows, T0);
      await journal().prepare(rows, T0);
      expect(ids(await journal().claimOutbox(due()))).toEqual(['reply-1', 'reply-3']);
      expect(await journal().claimOutbox(due())).toEqual([]);
      await journal().settleOutbox([{ id: 'reply-1', state: 'sent', platformId: 'x' }], T0);
      expect(ids(await journal().claimOutbox(due()))).toEqual(['reply-2']);
      expect(await journal().outbox({ state: 'sent', limit: 9 })).toMatchObject([
        { id: 'reply-1', platformId: 'x', attempts: 1 },
      ]);
    });

    it('tells whether something of a lane is still to be sent', async () => {
      await journal().prepare([reply('1', 'a')], T0);
      expect(await journal().owes('a')).toBe(true);
      expect(await journal().owes('b')).toBe(false);
      await journal().claimOutbox(due());
      expect(await journal().owes('a')).toBe(true);
      await journal().settleOutbox([{ id: 'reply-1', state: 'sent' }], T0);
      expect(await journal().owes('a')).toBe(false);
    });

    it('writes a row as sending for its sender only when nothing of its lane is unsent', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      const two = [
        reply('m1', 'a', { id: 'c0', chunks: 2 }),
        reply('m1', 'a', { id: 'c1', chunk: 1, chunks: 2 }),
      ];
      const end = await journal().endTurn(turn, answered(turn, { outbound: two, sender: 'i1' }));
      expect(end).toMatchObject({ outbox: [{ id: 'c0', state: 'sending', attempts: 1 }] });
      await journal().settleOutbox([{ id: 'c0', state: 'sent' }], T0);
      expect(await names(journal(), 'm1')).not.toContain('sent');
      expect(ids(await journal().claimOutbox(due()))).toEqual(['c1']);
      await journal().settleOutbox([{ id: 'c1', state: 'sent' }], T0);
      expect((await names(journal(), 'm1')).filter((name) => name === 'sent')).toHaveLength(1);
      expect(await journal().replyOf('m1')).toEqual({
        outcome: 'answered',
        text: 'reply to m1reply to m1',
      });
    });

    it('puts a row that was not sent back until its time', async () => {
      await journal().prepare([reply('1', 'a')], T0);
      await journal().claimOutbox(due());
      const back = { id: 'reply-1', state: 'prepared', retryAt: T0 + 50, error: '429' } as const;
      await journal().settleOutbox([back], T0);
      expect(await journal().claimOutbox(due({ now: T0 + 49 }))).toEqual([]);
      expect(await journal().claimOutbox(due({ now: T0 + 50 }))).toMatchObject([{ attempts: 2 }]);
    });

    it('R05 does not retry a failed row, nor let it block its lane', async () => {
      await journal().prepare([reply('1', 'a'), reply('2', 'a')], T0);
      await journal().claimOutbox(due());
      await journal().settleOutbox([{ id: 'reply-1', state: 'failed', error: 'blocked' }], T0);
      expect(ids(await journal().claimOutbox(due()))).toEqual(['reply-2']);
    });

    it('R05 expires what is too old to send, and says how many', async () => {
      await journal().prepare([reply('1', 'a'), reply('2', 'b', { expiresAt: T0 + 5 })], T0);
      expect(await journal().claimOutbox(due({ now: T0 + 5, limit: 1 }))).toMatchObject([
        { id: 'reply-1' },
      ]);
      expect(await journal().expireOutbox(T0 + 5)).toBe(1);
      expect(await journal().expireOutbox(T0 + 2 * HOUR)).toBe(0);
      expect(await journal().outbox({ state: 'expired', limit: 9 })).toMatchObject([
        { id: 'reply-2' },
      ]);
    });

    it('hands an ambiguous row out with its mark, and takes sent from whoever knows', async () => {
      await journal().prepare([reply('1', 'a')], T0);
      await journal().claimOutbox(due());
      const cut = { id: 'reply-1', state: 'ambiguous', retryAt: T0, error: 'reset' } as const;
      await journal().settleOutbox([cut], T0);
      expect(await journal().claimOutbox(due({ holder: 'i2' }))).toMatchObject([
        { state: 'sending', ambiguous: true },
      ]);
      await journal().settleOutbox([{ id: 'reply-1', state: 'sent' }], T0);
      await journal().settleOutbox([{ id: 'reply-1', state: 'failed', error: 'late' }], T0);
      expect(await journal().counts()).toMatchObject({ outbox: { sent: 1, failed: 0 } });
    });

    it('remembers a placeholder', async () => {
      await journal().prepare([reply('1', 'a')], T0);
      await journal().placeholder('reply-1', '77');
      expect(await journal().claimOutbox(due())).toMatchObject([{ platformId: '77' }]);
    });

    it("serves one account without another's rows", async () => {
      await journal().prepare([reply('1', 'a')], T0);
      expect(await journal().claimOutbox(due({ account: 'other' }))).toEqual([]);
    });
  });

  describe('dead letters', () => {
    it('R30 lists, shows and retries a dead message, which runs anew', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      const dead = { end: 'failed', outcome: 'dead', error: 'gave up', outbound: [] } as const;
      await journal().endTurn(turn, answered(turn, dead));
      expect(await journal().deadLetters(9)).toMatchObject([
        { id: 'm1', what: 'message', reason: 'gave up', text: 'text of m1' },
      ]);
      expect(await journal().deadLetter('m1')).toMatchObject({ lane: 'a' });
      expect(await journal().retryDead('m1', T0)).toBe(true);
      expect(await journal().retryDead('m1', T0)).toBe(false);
      expect(await journal().deadLetters(9)).toEqual([]);
      const [again] = await journal().claimAny({ ...starting().claim!, now: T0 }, 1);
      expect(again).toMatchObject({ attempt: 1, messages: [{ id: 'm1' }] });
      expect(await journal().counts()).toMatchObject({ open: 1, outcomes: { dead: 0 } });
    });

    it('R30 retries and drops a row that failed', async () => {
      await journal().prepare([reply('1', 'a')], T0);
      const fail = [{ id: 'reply-1', state: 'failed', error: 'blocked' }] as const;
      await journal().claimOutbox(due());
      await journal().settleOutbox(fail, T0);
      expect(await journal().deadLetter('reply-1')).toMatchObject({
        what: 'outbound',
        reason: 'blocked',
      });
      expect(await journal().retryDead('reply-1', T0 + 2 * HOUR)).toBe(true);
      expect(await journal().claimOutbox(due({ now: T0 + 2 * HOUR }))).toMatchObject([
        { attempts: 1, ambiguous: false },
      ]);
      await journal().settleOutbox(fail, T0);
      expect(await journal().dropDead('reply-1', T0)).toBe(true);
      expect(await journal().dropDead('reply-1', T0)).toBe(false);
      expect(await journal().deadLetters(9)).toEqual([]);
      expect(await journal().counts()).toMatchObject({ outbox: { failed: 1 } });
    });

    it('R30 says so when there is no such dead letter', async () => {
      expect(await journal().deadLetter('nope')).toBeUndefined();
      expect(await journal().retryDead('nope', T0)).toBe(false);
      expect(await journal().dropDead('nope', T0)).toBe(false);
    });
  });
}
