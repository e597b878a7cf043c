import type { Agent } from '../agents/agent.ts';
import type { Attachments } from '../attachments/attachments.ts';
import type { Token } from '../core/admission.ts';
import { crashPoint } from '../core/crashPoint.ts';
import type { StoredMessage } from '../core/message.ts';
import { isRefusal } from '../core/refusal.ts';
import type { ClaimedTurn } from '../core/turn.ts';
import type { Notices } from '../delivery/notices.ts';
import type { Placeholders } from '../delivery/placeholders.ts';
import { ActiveTurn, type ActiveTurnDeps } from './activeTurn.ts';
import type { Agents } from './agents.ts';
import { type AttemptsDeps, givenUp } from './attempts.ts';
import { Claims, type ClaimsDeps } from './claims.ts';
import { type EndedRun, TurnEndings, type TurnEndingsDeps } from './turnEndings.ts';
import { type TurnResult, turnResultOf } from './turnResult.ts';

/** What a command that takes its place in a lane answers. */
export type LaneCommand = (message: StoredMessage) => Promise<{ reply: string; error?: string }>;

/** What running turns takes. */
export type TurnsDeps = ClaimsDeps &
  AttemptsDeps &
  Omit<TurnEndingsDeps, 'placeholders'> &
  Omit<ActiveTurnDeps, 'changed' | 'long'> & {
    readonly agents: Agents;
    readonly notices: Notices;
    readonly placeholders: Placeholders;
    readonly attachments?: Attachments;
    readonly command: LaneCommand;
    /** A turn has ended, or waits for a person: a drain may go on. */
    readonly changed: () => void;
  };

/**
 * Runs the turns that this instance has claimed, each lane's one after the other: the step that ends
 * a turn also claims the next one, so a busy lane costs one commit a turn beyond its acceptance.
 */
export class Turns {
  readonly #deps: TurnsDeps;
  readonly #endings: TurnEndings;
  readonly #active = new Map<string, ActiveTurn>();
  readonly #byLane = new Map<string, ActiveTurn>();
  readonly claims: Claims;

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
    this.#endings = new TurnEndings(deps);
    this.claims = new Claims(deps, (turn, token) => void this.run(turn, token));
  }

  get(turn: string): ActiveTurn | undefined {
    return this.#active.get(turn);
  }
  ofLane(lane: string): ActiveTurn | undefined {
    return this.#byLane.get(lane);
  }
  all(): ActiveTurn[] {
    return [...this.#active.values()];
  }

  /** Runs a claimed turn and whatever its lane has next. Owns the token. Never rejects. */
  async run(first: ClaimedTurn, token: Token): Promise<void> {
    let turn: ClaimedTurn | undefined = first;
    let held: Token | undefined = token;
    while (turn !== undefined) {
      const next: { turn: ClaimedTurn; token: Token } | undefined = await this.#one(turn).catch(
        (error) => {
          // The journal could not take the end. The turn stays ours in the journal; it is adopted after a restart.
          this.#deps.log.error(
            { err: error, turn: turn?.turn },
            'a turn could not be ended in the journal',
          );
          return undefined;
        },
      );
      held?.release();
      this.#deps.changed();
      turn = next?.turn;
      held = next?.token;
    }
  }

  async #one(turn: ClaimedTurn): Promise<{ turn: ClaimedTurn; token: Token } | undefined> {
    const head = turn.messages[0] as StoredMessage;
    if (head.kind === 'command') {
      this.#tellStarted(turn, {});
      const { reply, error } = await this.#deps.command(head).catch((e: Error) => ({
        reply: e.message,
        error: e.message,
      }));
      const result: TurnResult = { end: 'answered', outcome: 'answered', reply, said: '' };
      return this.#end(turn, error === undefined ? result : { ...result, error });
    }
    const { agent, model } = this.#deps.agents.of(turn);
    const opens = turn.attempt === 1 && turn.opens && head.stateless === undefined;
    this.#tellStarted(turn, { agent: agent.name, opens });
    const over = await givenUp(turn, agent, this.#deps);
    if (over !== undefined) return this.#end(turn, over);

    const own = this.#ownState(turn, agent);
    const given = model === undefined ? own : { ...own, model };
    const active = new ActiveTurn(given, agent, { ...this.#deps, long: () => this.#sayLong(head) });
    this.#active.set(turn.turn, active);
    this.#byLane.set(turn.lane, active);
    crashPoint('turn-started');
    try {
      const end = await active.run();
      crashPoint('turn-run');
      const { usage, reasoning } = end.result;
      const run = { given: active.given, usage, reasoning, cut: end.cut };
      return await this.#end(turn, turnResultOf(end), run);
    } finally {
      this.#active.delete(turn.turn);
      if (this.#byLane.get(turn.lane) === active) this.#byLane.delete(turn.lane);
    }
  }

  /** The turn without its agent's session, which was on a machine that is gone. The person is told once. */
  #ownState(turn: ClaimedTurn, agent: Agent): ClaimedTurn {
    const { agentState, machine, ...rest } = turn;
    const { machine: here, settings } = this.#deps;
    if (agent.affinity !== true || agentState === undefined) return turn;
    if (machine === undefined || machine === here) return turn;
    const head = turn.messages[0] as StoredMessage;
    this.#tell(`moved:${turn.session}:${machine}`, head, settings.notices.agentMoved);
    return rest;
  }

  #tellStarted(turn: ClaimedTurn, run: { agent?: string; opens?: boolean }): void {
    const { bus, log } = this.#deps;
    const messages = turn.messages.map((m) => m.id);
    bus.emit({
      type: 'started',
      lane: turn.lane,
      turn: turn.turn,
      messages,
      session: turn.session,
      attempt: turn.attempt,
      ...run,
    });
    log.debug({ message: messages[0], turn: turn.turn, attempt: turn.attempt }, 'turn started');
  }

  /** Told once for a message, however often its turn is taken up. Nobody looks at a request's own lane. */
  #sayLong(head: StoredMessage): void {
    if (head.stateless !== undefined) return;
    this.#tell(`long:${head.id}`, head, this.#deps.settings.notices.stillWorking);
  }

  #tell(key: string, head: StoredMessage, words: string): void {
    const { notices, log } = this.#deps;
    notices
      .tell(key, head, words)
      .catch((error) => log.warn({ err: error }, 'a notice could not be written'));
  }

  /** Ends the turn and starts what its lane has next, where that is admitted here. */
  async #end(
    turn: ClaimedTurn,
    result: TurnResult,
    more: EndedRun = {},
  ): Promise<{ turn: ClaimedTurn; token: Token } | undefined> {
    // While draining no claim is admitted: the lane is let go and the successor takes it.
    const admitted = this.claims.admit(turn.lane);
    const { token, claim } = isRefusal(admitted) ? {} : admitted;
    let next: ClaimedTurn | undefined;
    try {
      const receipt = await this.#endings.write(turn, result, more, claim);
      if (receipt?.readyAt !== undefined) this.claims.later(turn.lane, receipt.readyAt);
      next = receipt?.next;
    } finally {
      if (next === undefined) token?.release();
    }
    return next === undefined || token === undefined ? undefined : { turn: next, token };
  }
}
