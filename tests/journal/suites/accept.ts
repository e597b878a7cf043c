import { describe, expect, it } from 'vitest';
import { bodyHash } from '../../../gateway/journal/bodyHash.ts';
import type { Journal } from '../../../gateway/journal/journal.ts';
import {
  answered,
  claimBy,
  message,
  names,
  photo,
  reply,
  starting,
  T0,
  turnOf,
  waiting,
} from '../builders.ts';

export function acceptSuite(journal: () => Journal): void {
  describe('accepting', () => {
    it('R01 holds a message, media included, once accept has resolved', async () => {
      const sent = photo('m1', 'a', {
        album: 'al',
        context: { replyTo: 7 },
        text: "zero \0 quote ' emoji \u{1f600}",
      });
      const receipt = await journal().accept(sent, waiting());
      expect(receipt).toMatchObject({ status: 'accepted', ahead: 0 });
      const { lane, ...rest } = sent;
      expect(await journal().message('m1')).toMatchObject({ ...rest, lane, state: 'queued' });
      expect(await names(journal(), 'm1')).toEqual(['accepted', 'queued']);
    });

    it('R02 knows a second delivery, says what became of the first, and runs nothing', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().endTurn(turn, answered(turn));
      const again = await journal().accept(message('m2', 'a', { updateId: 'u-m1' }), starting());
      expect(again).toEqual({
        status: 'duplicate',
        id: 'm1',
        session: turn.session,
        state: 'done',
        outcome: 'answered',
        bodyHash: bodyHash(message('m1', 'a')),
      });
      expect(await journal().message('m2')).toBeUndefined();
      expect(await journal().running()).toEqual([]);
    });

    it('R02 knows a redelivered command', async () => {
      const restart = message('c1', 'a', { kind: 'command', atOnce: true, text: '/restart' });
      expect(await journal().accept(restart, waiting())).toMatchObject({ status: 'accepted' });
      const again = await journal().accept({ ...restart, id: 'c2' }, waiting());
      expect(again).toMatchObject({ status: 'duplicate', id: 'c1', state: 'running' });
    });

    it('R02 keeps one update id of two accounts apart', async () => {
      await journal().accept(message('m1', 'a'), waiting());
      const other = message('m2', 'b', {
        updateId: 'u-m1',
        address: { platform: 'web', account: 'other', chat: 'b' },
      });
      expect(await journal().accept(other, waiting())).toMatchObject({ status: 'accepted' });
    });

    it('tells a retry from another request under the same id', async () => {
      await journal().accept(message('m1', 'a', { text: 'one' }), waiting());
      const again = await journal().accept(message('m2', 'a', { updateId: 'u-m1' }), waiting());
      expect(again).toMatchObject({ bodyHash: bodyHash({ text: 'one' }) });
      expect(bodyHash({ text: 'one' })).not.toBe(bodyHash({ text: 'two' }));
      expect(bodyHash({ text: 'one' })).not.toBe(
        bodyHash({ text: 'one', stateless: { history: [] } }),
      );
    });

    it('says that a queue is full, but knows a duplicate before that', async () => {
      await journal().accept(message('m1', 'a'), starting());
      const limit = { queueLimit: 1 };
      await journal().accept(message('m2', 'a'), starting('i1', limit));
      const options = starting('i1', { ...limit, cursor: { name: 'c', value: 3 } });
      expect(await journal().accept(message('m3', 'a'), options)).toEqual({
        status: 'full',
        queued: 1,
      });
      expect(await journal().cursor('c')).toBeUndefined();
      expect(await journal().message('m3')).toBeUndefined();
      expect(await journal().accept(message('m2', 'a'), options)).toMatchObject({
        status: 'duplicate',
      });
      expect(await journal().cursor('c')).toBe(3);
    });

    it('says how many wait before a message, and which turn keeps its lane busy', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().accept(message('m2', 'a'), starting());
      const third = await journal().accept(message('m3', 'a'), starting());
      expect(third).toMatchObject({
        ahead: 1,
        running: { turn: turn.turn, holder: 'i1', holderDraining: false, message: 'm1' },
      });
      expect(third).not.toHaveProperty('turn');
    });

    it('moves a receive cursor in the same step', async () => {
      await journal().accept(message('m1', 'a'), waiting({ cursor: { name: 'tg', value: 41 } }));
      expect(await journal().cursor('tg')).toBe(41);
    });

    it('R20 waits for a burst to end, then starts it as one turn with every id', async () => {
      const first = await journal().accept(photo('p1', 'a'), starting());
      expect(first).toMatchObject({ status: 'accepted', readyAt: T0 + 800 });
      await journal().accept(photo('p2', 'a', { receivedAt: T0 + 500 }), waiting());
      expect(await journal().claim('a', claimBy('i1', { now: T0 + 900 }))).toEqual({
        readyAt: T0 + 1300,
      });
      const { turn } = await journal().claim('a', claimBy('i1', { now: T0 + 1300 }));
      expect(turn?.messages.map((m) => [m.id, m.state])).toEqual([
        ['p1', 'running'],
        ['p2', 'running'],
      ]);
      if (turn === undefined) throw new Error('no turn');
      await journal().endTurn(turn, answered(turn));
      expect(await journal().message('p1')).toMatchObject({ outcome: 'answered' });
      expect(await journal().message('p2')).toMatchObject({ outcome: 'merged' });
      expect(await names(journal(), 'p2')).toEqual(['accepted', 'queued', 'started', 'merged']);
      expect(await journal().replyOf('p2')).toEqual({ outcome: 'merged', text: 'reply to p1' });
    });

    it('R20 waits for a burst whose first item is dated after the claim that came with it', async () => {
      const late = photo('p1', 'a', { receivedAt: T0 + 1 });
      const first = await journal().accept(late, starting());
      expect(first).toMatchObject({ status: 'accepted', readyAt: T0 + 801 });
      expect(first).not.toHaveProperty('turn');
    });

    it("R20 never merges another sender's photo", async () => {
      await journal().accept(photo('p1', 'a'), waiting());
      await journal().accept(photo('p2', 'a', { sender: { id: 'bob', role: 'guest' } }), waiting());
      const { turn } = await journal().claim('a', claimBy('i1'));
      expect(turn?.messages.map((m) => m.id)).toEqual(['p1']);
    });

    it('a burst starts though the clock was set back', async () => {
      await journal().accept(photo('p1', 'a'), waiting());
      const { turn } = await journal().claim('a', claimBy('i1', { now: T0 - 3_600_000 }));
      expect(turn?.messages.map((m) => m.id)).toEqual(['p1']);
    });

    it('runs an at-once command beside its lane, and settles it once', async () => {
      await journal().accept(message('m1', 'a'), starting());
      const stop = message('c1', 'a', { kind: 'command', atOnce: true, text: '/stop' });
      const receipt = await journal().accept(stop, starting('i1', { queueLimit: 0 }));
      expect(receipt).toMatchObject({ status: 'accepted', running: { message: 'm1' } });
      expect(await journal().message('c1')).toMatchObject({ state: 'running' });
      const done = { now: T0, outbound: [reply('c1', 'a', { kind: 'command' })] };
      expect(await journal().settle('c1', 'answered', done)).toBe(false);
      const options = { ...done, evenRunning: true };
      expect(await journal().settle('c1', 'answered', options)).toBe(true);
      expect(await journal().settle('c1', 'answered', options)).toBe(false);
      expect(await names(journal(), 'c1')).toEqual(['accepted', 'started', 'answered']);
    });

    it('a command that waits takes its place in its lane and is claimed alone', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().accept(message('c1', 'a', { kind: 'command', text: '/retry' }), starting());
      await journal().accept(message('m2', 'a'), starting());
      const end = await journal().endTurn(turn, answered(turn, { claim: claimBy('i1') }));
      expect(end).toMatchObject({ accepted: true, next: { messages: [{ id: 'c1' }] } });
    });

    it('takes a waiting message out of its queue, once', async () => {
      await journal().accept(message('m1', 'a'), starting());
      await journal().accept(message('m2', 'a'), starting());
      const gone = { now: T0, outbound: [], detail: 'taken out' };
      expect(await journal().settle('m2', 'cancelled', gone)).toBe(true);
      expect(await journal().settle('m2', 'cancelled', gone)).toBe(false);
      expect(await journal().settle('m1', 'cancelled', gone)).toBe(false);
      expect(await journal().queued({ lane: 'a', limit: 9 })).toEqual([]);
      const third = await journal().accept(message('m3', 'a'), starting());
      expect(third).toMatchObject({ ahead: 0 });
    });
  });
}
