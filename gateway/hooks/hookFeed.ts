import type { Clock } from '../core/clock.ts';
import type { Ending } from '../core/exit.ts';
import { laneAddress } from '../core/lane.ts';
import type { JsonValue } from '../core/message.ts';
import type { Progress } from '../core/progress.ts';
import type { HookEvent, Hooks } from './hooks.ts';

/** Sessions that are told of at the gateway's end: the latest this many that had a turn in it. */
const SESSIONS = 200;

/**
 * Turns this instance's progress into hook events. Subscribe `listen` to this instance's own events only:
 * each turn is told once, by the instance that ran it.
 */
export class HookFeed {
  readonly #hooks: Hooks;
  readonly #clock: Clock;
  /** Sessions that had a turn here and have not ended, with their lanes; the latest last. */
  readonly #sessions = new Map<string, string>();
  /** Turns whose start was told. */
  readonly #turns = new Set<string>();

  constructor(hooks: Hooks, clock: Clock) {
    this.#hooks = hooks;
    this.#clock = clock;
  }

  readonly listen = (p: Progress): void => {
    if (p.type === 'started' && p.agent !== undefined) {
      const { lane, turn, session, messages, attempt, agent } = p;
      if (p.opens) this.#fire('session:start', lane, { session });
      this.#remember(session, lane);
      this.#turns.add(turn);
      this.#fire('turn:start', lane, { turn, session, messages, attempt, agent });
    }
    // A command may take its place in a lane; it is no turn of an agent.
    if (p.type === 'ended' && this.#turns.delete(p.turn))
      this.#fire('turn:end', p.lane, { turn: p.turn, end: p.end });
    if (p.type === 'session') {
      if (p.before !== undefined) {
        this.#sessions.delete(p.before);
        this.#fire('session:end', p.lane, { session: p.before, why: 'reset' });
      }
      this.#fire('session:reset', p.lane, { session: p.session });
    }
  };

  /**
   * The gateway ends and nobody goes on: the sessions that were at work here end with it, as far as a hook
   * is concerned. Their transcripts stay, and the next start goes on with them.
   */
  endSessions(why: Ending['why']): void {
    for (const [session, lane] of this.#sessions) this.#fire('session:end', lane, { session, why });
    this.#sessions.clear();
  }

  #remember(session: string, lane: string): void {
    // A request without a session has a lane for itself alone, and nothing is remembered of it.
    if (/:once:/.test(lane)) return;
    this.#sessions.delete(session);
    this.#sessions.set(session, lane);
    const oldest = this.#sessions.size > SESSIONS ? this.#sessions.keys().next().value : undefined;
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }

  #fire(event: HookEvent, lane: string, detail: { [key: string]: JsonValue }): void {
    const address = laneAddress(lane);
    const { platform = '', chat = '' } = address ?? {};
    this.#hooks.fire({ event, at: this.#clock.now(), lane, platform, chat, ...detail });
  }
}
