import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../gateway/journal/journal.ts';
import {
  answered,
  claimBy,
  HOUR,
  join,
  MACHINE,
  message,
  starting,
  T0,
  turnOf,
} from '../builders.ts';

const there = { ...starting('far') };

/** A lane whose agent keeps something on the machine of `far`, and whose turn has ended. */
async function kept(journal: Journal): Promise<void> {
  await join(journal, 'far', T0 + HOUR, 'there');
  const turn = turnOf(await journal.accept(message('m1', 'a'), there));
  expect(await journal.saveAgentState(turn, { session: 7 }, 'there')).toBe(true);
  await journal.endTurn(turn, answered(turn));
}

export function affinitySuite(journal: () => Journal): void {
  describe('a lane whose agent keeps something on a machine', () => {
    it('is left to that machine by every way to claim, and the message waits for it', async () => {
      await kept(journal());
      const receipt = await journal().accept(message('m2', 'a'), starting());
      expect(receipt).toMatchObject({ status: 'accepted', ahead: 0 });
      expect('turn' in receipt).toBe(false);
      expect(await journal().claim('a', claimBy('i1'))).toEqual({});
      expect(await journal().claimAny(claimBy('i1'), 5)).toEqual([]);
      const [turn] = await journal().claimAny(claimBy('far'), 5);
      expect(turn).toMatchObject({ machine: 'there', agentState: { session: 7 } });
      expect(turn?.messages).toMatchObject([{ id: 'm2' }]);
    });

    it('holds up no other lane that waits', async () => {
      await kept(journal());
      await journal().accept(message('m2', 'a'), starting());
      const busy = turnOf(await journal().accept(message('m3', 'b'), starting()));
      await journal().accept(message('m4', 'b'), starting());
      const ended = await journal().endTurn(busy, answered(busy));
      expect('next' in ended).toBe(false);
      const turns = await journal().claimAny(claimBy('i1'), 5);
      expect(turns.map((turn) => turn.messages[0]?.id)).toEqual(['m4']);
    });

    it('goes to another instance of that machine, also at once', async () => {
      await kept(journal());
      await join(journal(), 'far2', T0 + HOUR, 'there');
      const turn = turnOf(await journal().accept(message('m2', 'a'), starting('far2')));
      expect(turn).toMatchObject({ machine: 'there', agentState: { session: 7 } });
    });

    it('goes to anybody once that machine drains or is gone, who is told where it was', async () => {
      await kept(journal());
      await journal().renew('far', { now: T0, until: T0 + HOUR, draining: true });
      const turn = turnOf(await journal().accept(message('m2', 'a'), starting()));
      expect(turn).toMatchObject({ machine: 'there', agentState: { session: 7 } });
      await journal().endTurn(turn, answered(turn));
      await journal().leave('far');
      const again = turnOf(await journal().accept(message('m3', 'a'), starting()));
      expect(again.machine).toBe('there');
      await journal().saveAgentState(again, { session: 8 }, MACHINE);
      await journal().endTurn(again, answered(again));
      await join(journal(), 'far', T0 + HOUR, 'there');
      expect('turn' in (await journal().accept(message('m4', 'a'), there))).toBe(false);
      expect((await journal().claim('a', claimBy('i1'))).turn?.machine).toBe(MACHINE);
    });

    it('is free again with a new session, another agent, or a state that is found anywhere', async () => {
      for (const free of [
        () => journal().newSession('a', T0),
        (session: string) => journal().updateSession(session, { agent: 'other' }),
        async () => {
          const turn = turnOf(await journal().accept(message('m5', 'a'), there));
          await journal().saveAgentState(turn, { session: 9 });
          await journal().endTurn(turn, answered(turn));
        },
      ]) {
        const n = Math.random().toString(36).slice(2);
        await join(journal(), 'far', T0 + HOUR, 'there');
        const turn = turnOf(await journal().accept(message(`k${n}`, 'a'), there));
        await journal().saveAgentState(turn, { session: 7 }, 'there');
        await journal().endTurn(turn, answered(turn));
        await free(turn.session);
        const next = turnOf(await journal().accept(message(`n${n}`, 'a'), starting()));
        expect(next.machine).toBeUndefined();
        await journal().endTurn(next, answered(next));
      }
    });
  });
}
