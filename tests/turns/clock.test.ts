import { describe, expect, it } from 'vitest';
import { ManualClock } from '../harness/clock.ts';
import { eventually } from '../harness/eventually.ts';
import { LedgerPlatform, startGateway } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('a clock that is set while the gateway runs', () => {
  it('back by a day holds up neither the next message nor a reply that is to be sent again', async () => {
    const clock = new ManualClock();
    const { say, platform, hand } = await startGateway({
      clock,
      agent: 'hand',
      settings: { busyMode: 'queue' },
    });
    platform.results = [{ ok: false, kind: 'transient', error: 'not now', retryAfterMs: 5_000 }];
    await say('one');
    await say('two');
    hand.runs[0]?.say('first');
    await eventually('the first send has failed', () => platform.results.length === 0);
    clock.setWall(clock.now() - DAY);
    await eventually('the next turn runs', () => hand.runs[1]);
    hand.runs[1]?.say('second');
    await eventually('both have arrived', async () => {
      await clock.advance(1_000);
      return platform.texts().length === 2;
    });
    expect(platform.texts()).toEqual(['first', 'second']);
  });

  it('R21 forward by a day does not make a working turn look silent; real silence still ends it', async () => {
    const clock = new ManualClock();
    const { ask, hand } = await startGateway({
      clock,
      agent: 'hand',
      settings: { progressTimeout: 60_000, outboxTtl: 10 * DAY },
    });
    const answer = ask('one');
    await eventually('it runs', () => hand.runs[0]);
    await clock.advance(30_000);
    hand.runs[0]?.sink.text('a sign of life');
    clock.setWall(clock.now() + DAY);
    await clock.advance(31_000);
    expect(hand.runs[0]?.signal.aborted).toBe(false);
    await clock.advance(30_000);
    expect(hand.runs[0]?.signal.aborted).toBe(true);
    expect((await answer).outcome).toBe('dead');
  });

  it('in the middle of a hand-over, by hours, loses no turn and answers none twice', async () => {
    for (const hours of [-3, 3]) {
      const clock = new ManualClock();
      const dir = tempDir();
      const platform = new LedgerPlatform();
      const both = { clock, dir, platform, agent: 'hand' as const };
      const first = await startGateway(both);
      await first.say('one');
      await eventually('it runs', () => first.hand.runs[0]);
      const { instance } = await first.gateway.status();
      const next = await startGateway({ ...both, generation: 2, alive: [instance] });
      clock.setWall(clock.now() + hours * 60 * 60 * 1000);
      const left = first.gateway.leave({
        ending: { why: 'handed-over' },
        timeout: 60_000,
        force: false,
      });
      await next.say('two');
      await clock.advance(2_000);
      expect((await next.gateway.status()).others).toMatchObject([{ instance, turns: 1 }]);
      first.hand.runs[0]?.say('first');
      await eventually('the next turn runs', async () => {
        await clock.advance(100);
        return next.hand.runs[0];
      });
      next.hand.runs[0]?.say('second');
      await eventually('both have arrived', async () => {
        await clock.advance(100);
        return platform.texts().filter((t) => t === 'first' || t === 'second').length >= 2;
      });
      await left;
      expect(platform.sent.filter((r) => r.kind === 'reply').map((r) => r.text)).toEqual([
        'first',
        'second',
      ]);
    }
  });
});
