import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OUTCOMES } from '../../gateway/core/message.ts';
import type { ClaimedTurn } from '../../gateway/core/turn.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import * as build from './builders.ts';
import { onEveryEngine } from './engines.ts';
import { openJournal } from './open.ts';

const lane = fc.constantFrom('a', 'b', 'c');
const holder = fc.constantFrom('i1', 'i2', 'i3');
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('accept'), lane, holder }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('accept-only'), lane, holder }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim'), lane, holder }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end'), lane, holder }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end-and-claim'), lane, holder }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('suspend'), lane, holder }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('die'), lane, holder }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel-queued'), lane, holder }) },
);

/** What lanes promise, kept in plain arrays: the open messages of each lane in order, and its turn. */
class Model {
  readonly open = new Map<string, string[]>();
  readonly turns = new Map<string, { turn: ClaimedTurn; holder: string }>();
  readonly stale: ClaimedTurn[] = [];
  readonly ids: string[] = [];
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  started(turn: ClaimedTurn | undefined, holder: string): void {
    if (turn === undefined) return;
    expect(this.turns.get(turn.lane), 'two turns at once').toBeUndefined();
    expect(turn.messages.map((m) => m.id)).toEqual(this.open.get(turn.lane)?.slice(0, 1));
    const older = this.stale.filter((s) => s.lane === turn.lane);
    for (const { fence } of older) expect(turn.fence).toBeGreaterThan(fence);
    this.turns.set(turn.lane, { turn, holder });
  }

  stopped(lane: string): void {
    const running = this.turns.get(lane);
    if (running !== undefined) this.stale.push(running.turn);
    this.turns.delete(lane);
  }

  async apply(op: { do: string; lane: string; holder: string }): Promise<void> {
    const journal = this.#journal;
    const running = this.turns.get(op.lane)?.turn;
    if (op.do === 'accept' || op.do === 'accept-only') {
      const id = `m${this.ids.length}`;
      this.ids.push(id);
      this.open.set(op.lane, [...(this.open.get(op.lane) ?? []), id]);
      const options = op.do === 'accept' ? build.starting(op.holder) : build.waiting();
      const receipt = await journal.accept(build.message(id, op.lane), options);
      if (receipt.status !== 'accepted') throw new Error(receipt.status);
      if (op.do === 'accept' && running === undefined) expect(receipt.turn).toBeDefined();
      this.started(receipt.turn, op.holder);
    } else if (op.do === 'claim') {
      const { turn } = await journal.claim(op.lane, build.claimBy(op.holder));
      const waits = (this.open.get(op.lane) ?? []).length > 0;
      expect(turn !== undefined).toBe(waits && running === undefined);
      this.started(turn, op.holder);
    } else if (op.do === 'suspend' && running !== undefined) {
      expect(await journal.endTurn(running, build.suspended)).toMatchObject({ accepted: true });
      this.stopped(op.lane);
    } else if (op.do === 'die') {
      await journal.adopt(
        { machine: build.MACHINE, allBut: ['i1', 'i2', 'i3'].filter((i) => i !== op.holder) },
        build.T0,
      );
      for (const [key, held] of this.turns) if (held.holder === op.holder) this.stopped(key);
      await build.join(journal, op.holder);
    } else if (op.do === 'cancel-queued') {
      const id = this.open.get(op.lane)?.at(running === undefined ? 0 : 1);
      if (id === undefined) return;
      expect(await journal.settle(id, 'cancelled', { now: build.T0, outbound: [] })).toBe(true);
      this.open.set(
        op.lane,
        (this.open.get(op.lane) ?? []).filter((m) => m !== id),
      );
    } else if (op.do.startsWith('end') && running !== undefined) {
      const claim = op.do === 'end' ? {} : { claim: build.claimBy(op.holder) };
      const end = await journal.endTurn(running, build.answered(running, claim));
      this.stopped(op.lane);
      this.open.get(op.lane)?.shift();
      if (!end.accepted) throw new Error('a live turn was refused');
      this.started(end.next, op.holder);
    }
  }

  async check(): Promise<void> {
    const running = await this.#journal.running();
    expect(running.map((r) => r.lane).sort()).toEqual([...this.turns.keys()].sort());
    for (const old of this.stale.slice(-3)) {
      expect(await this.#journal.endTurn(old, build.answered(old))).toEqual({ accepted: false });
    }
  }

  /** Ends everything, then judges every message by its own trace. */
  async finish(): Promise<void> {
    for (const key of ['a', 'b', 'c']) {
      while ((this.open.get(key) ?? []).length > 0) {
        await this.apply({ do: 'claim', lane: key, holder: 'i1' });
        await this.apply({ do: 'end', lane: key, holder: 'i1' });
      }
    }
    for (const id of this.ids) {
      const ends = (await build.names(this.#journal, id)).filter((name) =>
        (OUTCOMES as readonly string[]).includes(name),
      );
      expect(ends, id).toHaveLength(1);
    }
    const { accepted, open } = await this.#journal.counts();
    expect({ accepted, open }).toEqual({ accepted: this.ids.length, open: 0 });
  }
}

onEveryEngine('lanes', (place) => {
  it('R06 R22 R28 keep order, one turn at a time, fences and one outcome, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 40 }), async (operations) => {
        const journal = await openJournal(place());
        try {
          for (const id of ['i1', 'i2', 'i3']) await build.join(journal, id);
          const model = new Model(journal);
          for (const op of operations) {
            await model.apply(op);
            await model.check();
          }
          await model.finish();
        } finally {
          await journal.close();
        }
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});
