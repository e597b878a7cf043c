import type { Clock } from '../core/clock.ts';
import { laneAddress } from '../core/lane.ts';
import type { JsonValue } from '../core/message.ts';
import type { Progress, ProgressListener } from '../core/progress.ts';
import type { HookEvent, Hooks } from './hooks.ts';

/** Turns this instance's progress into hook events. Give the listener to the bus for `here` only: each turn is told once. */
export function hookFeed(hooks: Hooks, clock: Clock): ProgressListener {
  const fire = (
    event: HookEvent,
    p: Progress & { lane: string },
    detail: { [key: string]: JsonValue },
  ) => {
    const address = laneAddress(p.lane);
    hooks.fire({
      event,
      at: clock.now(),
      lane: p.lane,
      platform: address?.platform ?? '',
      chat: address?.chat ?? '',
      ...detail,
    });
  };
  return (p) => {
    if (p.type === 'started' && p.agent !== undefined) {
      const { turn, session, messages, attempt, agent } = p;
      if (p.opens) fire('session:start', p, { session });
      fire('turn:start', p, { turn, session, messages, attempt, agent });
    }
    if (p.type === 'ended') fire('turn:end', p, { turn: p.turn, end: p.end });
    if (p.type === 'session') {
      if (p.before !== undefined) fire('session:end', p, { session: p.before });
      fire('session:reset', p, { session: p.session });
    }
  };
}
