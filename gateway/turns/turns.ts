import type { Token } from '../core/admission.ts';
import { crashPoint } from '../core/crashPoint.ts';
import type { StoredMessage } from '../core/message.ts';
import { isRefusal, type Refusal } from '../core/refusal.ts';
import type { ClaimedTurn } from '../core/turn.ts';
import { notify } from '../delivery/notices.ts';
import type { Placeholders } from '../delivery/placeholders.ts';
import type { Shop } from '../instance/shop.ts';
import type { Claim } from '../journal/journal.ts';
import { ActiveTurn } from './activeTurn.ts';
import { QuestionStore } from './questions/questionStore.ts';
import { type EndedRun, TurnEndings } from './turnEndings.ts';
import { type TurnResult, turnResultOf } from './turnResult.ts';

/** What a command that takes its place in a lane answers. */
export type LaneCommand = (message: StoredMessage) => Promise<{ reply: string; error?: string }>;

/**
 * Runs the turns that this instance has claimed, each lane's one after the other: the step that ends
 * a turn also claims the next one, so a busy lane costs one commit a turn beyond its acceptance.
 */
export class Turns {
  readonly #shop: Shop;
  readonly #endings: TurnEndings;
  readonly #active = new Map<string, ActiveTurn>();
  readonly #byLane = new Map<string, ActiveTurn>();
  runCommand: LaneCommand = async () => ({ reply: '' });
  /** A lane's burst is still growing: ask for the lane again then. */
  later: (lane: string, at: number) => void = () => {};
  changed: () => void = () => {};

  constructor(shop: Shop, placeholders: Placeholders) {
    this.#shop = shop;
    this.#endings = new TurnEndings(shop, placeholders);
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

  /** A token for a turn and what a claim needs, or why none may start now. Taken before the claim is sent. */
  admit(what: string): { token: Token; claim: Claim } | Refusal {
    const { gate, clock, instance, settings } = this.#shop;
    const token = gate.admit('turn', what);
    if (isRefusal(token)) return token;
    const claim: Claim = {
      holder: instance,
      now: clock.now(),
      burstWindowMs: settings.burstWindow,
      historyLimit: settings.historyLimit,
    };
    return { token, claim };
  }

  /** Runs a claimed turn and whatever its lane has next. Owns the token. Never rejects. */
  async run(first: ClaimedTurn, token: Token): Promise<void> {
    let turn: ClaimedTurn | undefined = first;
    let held: Token | undefined = token;
    while (turn !== undefined) {
      const next: { turn: ClaimedTurn; token: Token } | undefined = await this.#one(turn).catch(
        (error) => {
          // The journal could not take the end. The turn stays ours in the journal; it is adopted after a restart.
          this.#shop.log.error(
            { err: error, turn: turn?.turn },
            'a turn could not be ended in the journal',
          );
          return undefined;
        },
      );
      held?.release();
      this.changed();
      turn = next?.turn;
      held = next?.token;
    }
  }

  async #one(turn: ClaimedTurn): Promise<{ turn: ClaimedTurn; token: Token } | undefined> {
    const head = turn.messages[0] as StoredMessage;
    const { bus, log } = this.#shop;
    const messages = turn.messages.map((m) => m.id);
    const agentName =
      head.kind === 'command'
        ? {}
        : {
            agent: this.#shop.agents.of(turn).agent.name,
            opens: turn.attempt === 1 && turn.history.length === 0 && head.stateless === undefined,
          };
    bus.emit({
      type: 'started',
      lane: turn.lane,
      turn: turn.turn,
      messages,
      session: turn.session,
      attempt: turn.attempt,
      ...agentName,
    });
    log.debug({ message: head.id, turn: turn.turn, attempt: turn.attempt }, 'turn started');
    if (head.kind === 'command') {
      const { reply, error } = await this.runCommand(head).catch((e: Error) => ({
        reply: e.message,
        error: e.message,
      }));
      return this.#end(turn, {
        end: 'answered',
        outcome: 'answered',
        reply,
        said: '',
        ...(error === undefined ? {} : { error }),
      });
    }
    const refused = await this.#tooOften(turn);
    if (refused !== undefined) return this.#end(turn, refused);

    const { agent, model } = this.#shop.agents.of(turn);
    const given = model === undefined ? turn : { ...turn, model };
    const active = new ActiveTurn(given, agent, {
      ...this.#shop,
      changed: () => this.changed(),
      long: () => this.#sayLong(head),
    });
    this.#active.set(turn.turn, active);
    this.#byLane.set(turn.lane, active);
    crashPoint('turn-started');
    try {
      const end = await active.run();
      crashPoint('turn-run');
      const { usage } = end.result;
      return await this.#end(turn, turnResultOf(end), { given: active.given, usage, cut: end.cut });
    } finally {
      this.#active.delete(turn.turn);
      if (this.#byLane.get(turn.lane) === active) this.#byLane.delete(turn.lane);
    }
  }

  /** A turn that crashes the gateway each time it runs must not do so for ever. */
  async #tooOften(turn: ClaimedTurn): Promise<TurnResult | undefined> {
    const { settings, agents, journal } = this.#shop;
    if (turn.attempt <= 1) return undefined;
    const steps = turn.steps.map(
      (s) => `${s.name} (${s.state === 'started' ? 'may have run' : s.state})`,
    );
    const ran = steps.length === 0 ? '' : ` These steps had begun: ${steps.join(', ')}.`;
    const dead = (error: string): TurnResult => {
      const said = `${error}${ran} Send /retry to try again.`;
      return { end: 'failed', outcome: 'dead', reply: said, said, error };
    };
    if (turn.attempt > settings.maxAttempts) {
      // A restart while it waited for a person is nobody's failure.
      const parked = (await new QuestionStore(journal).parking(turn.turn))?.times ?? 0;
      const cut = turn.attempt - 1 - parked;
      if (cut >= settings.maxAttempts) {
        return dead(`I was cut off ${cut} times while answering this and have given up.`);
      }
    }
    if (settings.onCrash === 'tell' && !agents.of(turn).agent.capabilities.resume) {
      return dead('I was cut off while answering this.');
    }
    return undefined;
  }

  /** Ends the turn and starts what its lane has next, where that is admitted here. */
  /** Told once for a message, however often its turn is taken up. Nobody looks at a request's own lane. */
  #sayLong(head: StoredMessage): void {
    if (head.stateless !== undefined) return;
    notify(this.#shop, `long:${head.id}`, head, this.#shop.settings.notices.stillWorking).catch(
      (error) => this.#shop.log.warn({ err: error }, 'a notice could not be written'),
    );
  }

  async #end(
    turn: ClaimedTurn,
    result: TurnResult,
    more: EndedRun = {},
  ): Promise<{ turn: ClaimedTurn; token: Token } | undefined> {
    // While draining no claim is admitted: the lane is let go and the successor takes it.
    const admitted = this.admit(turn.lane);
    const { token, claim } = isRefusal(admitted) ? {} : admitted;
    let next: ClaimedTurn | undefined;
    try {
      const receipt = await this.#endings.write(turn, result, more, claim);
      if (receipt?.readyAt !== undefined) this.later(turn.lane, receipt.readyAt);
      next = receipt?.next;
    } finally {
      if (next === undefined) token?.release();
    }
    return next === undefined || token === undefined ? undefined : { turn: next, token };
  }
}
