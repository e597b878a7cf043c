import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../gateway/journal/journal.ts';
import {
  answered,
  claimBy,
  HOUR,
  join,
  MACHINE,
  message,
  names,
  reply,
  starting,
  T0,
  turnOf,
  waiting,
} from '../builders.ts';

/** `clock` sets the time that lives and leases run on. */
export function instanceSuite(journal: () => Journal, clock: (now: number) => Promise<void>): void {
  describe('instances', () => {
    it('R22 gives an instance that was declared dead no turn any more', async () => {
      await journal().accept(message('m1', 'a'), starting());
      await journal().adopt({ machine: MACHINE, allBut: ['i2'] }, T0 + 1);
      expect(await journal().claim('a', claimBy('i1'))).toEqual({});
      expect(await journal().claimAny(claimBy('i1'), 5)).toEqual([]);
      const late = await journal().accept(message('m2', 'b'), starting());
      expect(late).toMatchObject({ status: 'accepted' });
      expect('turn' in late).toBe(false);
      expect(await journal().claimAny(claimBy('i2'), 5)).toHaveLength(2);
    });

    it('R26 adopts everything a dead instance left, and voids it', async () => {
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting()));
      await journal().accept(message('m2', 'a'), starting());
      const done = turnOf(await journal().accept(message('m3', 'b'), starting()));
      await journal().endTurn(done, answered(done, { sender: 'i1' }));
      const stop = message('c1', 'a', { kind: 'command', atOnce: true });
      await journal().accept(stop, starting());
      await journal().lease('send:web', 'i1', T0);

      const adopted = await journal().adopt({ machine: MACHINE, allBut: ['i2'] }, T0 + 1);
      expect(adopted).toMatchObject({
        instances: ['i1'],
        turns: [{ turn: turn.turn, lane: 'a', fence: turn.fence }],
        ambiguous: [{ message: 'm3', state: 'ambiguous', ambiguous: true }],
        commands: [{ id: 'c1' }],
      });
      expect(await journal().renew('i1', { now: T0, until: T0 + HOUR })).toBe(false);
      expect(await journal().leaseHolder('send:web')).toBeUndefined();
      expect(await names(journal(), 'm1')).toEqual(['accepted', 'started', 'adopted']);
      expect(await names(journal(), 'm3')).toContain('send-ambiguous');
      expect(await journal().running()).toEqual([]);
      const { turn: again } = await journal().claim('a', claimBy('i2'));
      expect(again).toMatchObject({ turn: turn.turn, attempt: 2, messages: [{ id: 'm1' }] });
    });

    it('R26 leaves what live instances run alone', async () => {
      await journal().accept(message('m1', 'a'), starting('i1'));
      const stop = message('c1', 'a', { kind: 'command', atOnce: true });
      await journal().accept(stop, waiting({ holder: 'i1' }));
      await journal().prepare([reply('1', 'z')], T0);
      const account = { platform: 'web', account: 'main', now: T0, limit: 9 };
      await journal().claimOutbox({ ...account, holder: 'i1' });
      expect(await journal().adopt({ machine: MACHINE, allBut: ['i1', 'i2'] }, T0)).toEqual({
        instances: [],
        turns: [],
        ambiguous: [],
        commands: [],
      });
    });

    it('R26 starts nothing for an instance that nobody knows, and keeps the message', async () => {
      const receipt = await journal().accept(message('m1', 'a'), starting('stranger'));
      expect(receipt).toMatchObject({ status: 'accepted' });
      expect('turn' in receipt).toBe(false);
      expect(await journal().claimAny(claimBy('i2'), 1)).toHaveLength(1);
    });

    it('R33 knows how an instance is heard as long as it lives, and shows its key with nothing else', async () => {
      const peer = { address: '10.0.0.2:7291', key: 'secret' };
      const row = { id: 'far', machine: 'there', generation: 1, version: 'test', pid: 1 };
      const life = { startedAt: T0, until: T0 + HOUR, draining: false };
      await journal().join({ ...row, ...life, peer });
      expect(await journal().peers()).toContainEqual({ instance: 'far', machine: 'there', peer });
      expect(await journal().peers()).toContainEqual({ instance: 'i1', machine: MACHINE });
      expect(JSON.stringify(await journal().instances())).not.toContain('secret');
      await journal().leave('far');
      expect((await journal().peers()).map((one) => one.instance)).not.toContain('far');
    });

    it('R33 voids no instance of another machine, whoever asks', async () => {
      await join(journal(), 'far', T0 + HOUR, 'there');
      const turn = turnOf(await journal().accept(message('m1', 'a'), starting('far')));
      const near = await journal().adopt({ machine: MACHINE, allBut: ['i1'] }, T0);
      expect(near).toMatchObject({ instances: ['i2'], turns: [] });
      expect(await journal().endTurn(turn, answered(turn))).toMatchObject({ accepted: true });
    });

    it('finds lapsed instances, and only those', async () => {
      await join(journal(), 'i3', T0 + 10);
      await clock(T0 + 10);
      expect((await journal().adopt({ lapsed: true }, T0 + 10)).instances).toEqual([]);
      await clock(T0 + 11);
      expect((await journal().adopt({ lapsed: true }, T0 + 11)).instances).toEqual(['i3']);
      expect((await journal().instances()).map((i) => i.id).sort()).toEqual(['i1', 'i2']);
    });

    it('says of a running turn that its holder drains', async () => {
      await journal().accept(message('m1', 'a'), starting());
      expect(await journal().renew('i1', { now: T0, until: T0 + 1, draining: true })).toBe(true);
      expect(await journal().renew('i1', { now: T0, until: T0 + HOUR })).toBe(true);
      expect(await journal().running()).toMatchObject([{ holderDraining: true }]);
    });

    it('gives a named lease to one holder until it is released or lapses', async () => {
      expect(await journal().lease('x', 'i1', T0)).toBe(true);
      expect(await journal().lease('x', 'i1', T0)).toBe(true);
      expect(await journal().lease('x', 'i2', T0)).toBe(false);
      await journal().release('x', 'i2');
      expect(await journal().leaseHolder('x')).toBe('i1');
      await journal().renew('i2', { now: T0, until: T0 + 9 * HOUR });
      await clock(T0 + 2 * HOUR);
      expect(await journal().lease('x', 'i2', T0 + 2 * HOUR)).toBe(true);
      await journal().leave('i2');
      expect(await journal().leaseHolder('x')).toBeUndefined();
    });

    it('hands each directive out once, in order, to whom it is meant for', async () => {
      const d = { to: 'i1', turn: 't', kind: 'steer', now: T0 } as const;
      await journal().direct({ ...d, id: 'd1', payload: { text: 'x' } });
      await journal().direct({ ...d, id: 'd2', kind: 'interrupt' });
      await journal().direct({ ...d, id: 'd1' });
      expect(await journal().takeDirectives('i2')).toEqual([]);
      expect(await journal().takeDirectives('i1')).toEqual([
        { id: 'd1', to: 'i1', turn: 't', kind: 'steer', payload: { text: 'x' } },
        { id: 'd2', to: 'i1', turn: 't', kind: 'interrupt' },
      ]);
      expect(await journal().takeDirectives('i1')).toEqual([]);
    });
  });
}
