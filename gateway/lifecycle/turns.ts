import type { Token } from '../core/admission.ts';
import { mergeBurst } from '../core/burst.ts';
import { SECOND } from '../core/clock.ts';
import { JournalUnavailable } from '../core/exit.ts';
import type { StoredMessage, TranscriptEntry } from '../core/message.ts';
import { isRefusal, type Refusal } from '../core/refusal.ts';
import type { ClaimedTurn, Usage } from '../core/turn.ts';
import { wait } from '../core/wait.ts';
import type { Claim, EndReceipt, NewOutbound, TurnResultRow } from '../journal/journal.ts';
import { ActiveTurn, type CutReason } from './activeTurn.ts';
import { crashPoint } from './crashPoint.ts';
import { OpenQuestions } from './openQuestions.ts';
import type { Placeholders } from './placeholders.ts';
import { replyRows } from './replies.ts';
import type { Shop } from './shop.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** How soon a turn's end is written again that the journal could not take. */
const AGAIN = 1 * SECOND;

/** What a command that takes its place in a lane answers. */
export type LaneCommand = (message: StoredMessage) => Promise<{ reply: string; error?: string }>;

/**
 * Runs the turns that this instance has claimed, each lane's one after the other: the step that ends
 * a turn also claims the next one, so a busy lane costs one commit a turn beyond its acceptance.
 */
export class Turns {
  readonly #shop: Shop;
  readonly #placeholders: Placeholders;
  readonly #active = new Map<string, ActiveTurn>();
  readonly #byLane = new Map<string, ActiveTurn>();
  runCommand: LaneCommand = async () => ({ reply: '' });
  /** A lane's burst is still growing: ask for the lane again then. */
  later: (lane: string, at: number) => void = () => {};
  changed: () => void = () => {};

  constructor(shop: Shop, placeholders: Placeholders) {
    this.#shop = shop;
    this.#placeholders = placeholders;
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
  /** Turns that a drain waits for: those that do not wait for a person. */
  working(): number {
    let n = 0;
    for (const turn of this.#active.values()) if (!turn.parked) n++;
    return n;
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
    const active = new ActiveTurn(given, agent, { ...this.#shop, changed: () => this.changed() });
    this.#active.set(turn.turn, active);
    this.#byLane.set(turn.lane, active);
    crashPoint('turn-started');
    try {
      const end = await active.run();
      crashPoint('turn-run');
      return await this.#end(turn, verdictOf(end), end.result.usage, end.cut);
    } finally {
      this.#active.delete(turn.turn);
      if (this.#byLane.get(turn.lane) === active) this.#byLane.delete(turn.lane);
    }
  }

  /** A turn that crashes the gateway each time it runs must not do so for ever. */
  async #tooOften(turn: ClaimedTurn): Promise<Verdict | undefined> {
    const { settings, agents, journal } = this.#shop;
    if (turn.attempt <= 1) return undefined;
    const steps = turn.steps.map(
      (s) => `${s.name} (${s.state === 'started' ? 'may have run' : s.state})`,
    );
    const ran = steps.length === 0 ? '' : ` These steps had begun: ${steps.join(', ')}.`;
    const dead = (error: string): Verdict => {
      const said = `${error}${ran} Send /retry to try again.`;
      return { end: 'failed', outcome: 'dead', reply: said, said, error };
    };
    if (turn.attempt > settings.maxAttempts) {
      // A restart while it waited for a person is nobody's failure.
      const parked = (await new OpenQuestions(journal).parking(turn.turn))?.times ?? 0;
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

  async #end(
    turn: ClaimedTurn,
    verdict: Verdict,
    usage?: Usage,
    cut?: CutReason,
  ): Promise<{ turn: ClaimedTurn; token: Token } | undefined> {
    const { bus, clock, log, couriers, instance } = this.#shop;
    const head = turn.messages[0] as StoredMessage;
    const courier = couriers.of(head.address);
    const placeholder = await this.#placeholderOf(turn);
    // While draining no claim is admitted: the lane is let go and the successor takes it.
    const admitted = this.admit(turn.lane);
    const row: TurnResultRow = {
      end: verdict.end,
      now: clock.now(),
      outbound: this.#rows(verdict.reply, head, placeholder),
      transcript: transcriptOf(turn, verdict, this.#active.get(turn.turn)?.given),
      ...(verdict.outcome === undefined ? {} : { outcome: verdict.outcome }),
      ...(verdict.error === undefined ? {} : { error: verdict.error }),
      ...(usage === undefined ? {} : { usage }),
      ...(courier?.holding ? { sender: instance } : {}),
      ...(isRefusal(admitted) || head.stateless !== undefined ? {} : { claim: admitted.claim }),
    };
    const token = isRefusal(admitted) ? undefined : admitted.token;
    let receipt: EndReceipt;
    try {
      receipt = await this.#persist(turn, row);
    } catch (error) {
      token?.release();
      throw error;
    }
    crashPoint('turn-ended');
    const used = usage === undefined ? {} : { usage };
    bus.emit({ type: 'ended', lane: turn.lane, turn: turn.turn, end: verdict.end, ...used });
    if (!receipt.accepted) {
      log.warn(
        { message: head.id, turn: turn.turn, fence: turn.fence },
        'output of a superseded turn was refused',
      );
      token?.release();
      return undefined;
    }
    log.info(
      { message: head.id, turn: turn.turn, outcome: verdict.outcome ?? 'suspended', cut },
      'turn ended',
    );
    courier?.deliver(receipt.outbox);
    // Rows that wait behind others of the lane, or for another instance's courier.
    if (receipt.outbox.length < row.outbound.length) courier?.kick();
    if (placeholder !== undefined && verdict.end !== 'suspended') {
      void this.#placeholders.forget(turn.turn).catch(() => {});
    }
    this.#announce(turn, verdict, usage);
    if (receipt.readyAt !== undefined) this.later(turn.lane, receipt.readyAt);
    if (receipt.next === undefined || token === undefined) {
      token?.release();
      return undefined;
    }
    return { turn: receipt.next, token };
  }

  /**
   * Ends the turn in the journal, again and again while that cannot write (a full disk): the answer would
   * be lost and the lane blocked until a restart. While leaving only for a step's time; then the turn
   * stays ours in the journal and is taken up by the next instance.
   */
  async #persist(turn: ClaimedTurn, row: TurnResultRow): Promise<EndReceipt> {
    const { journal, gate, clock, settings, log } = this.#shop;
    let leavingSince: number | undefined;
    for (;;) {
      try {
        return await journal.endTurn(turn, row);
      } catch (error) {
        if (gate.phase !== 'open') leavingSince ??= clock.monotonic();
        const spent = leavingSince === undefined ? 0 : clock.monotonic() - leavingSince;
        if (!(error instanceof JournalUnavailable) || spent >= settings.stopStep) throw error;
        log.warn({ err: error, turn: turn.turn }, 'an answer could not be written; trying again');
        await wait(clock, AGAIN);
      }
    }
  }

  /** Only a platform that shows progress has placeholders; the others pay no read for it. */
  async #placeholderOf(turn: ClaimedTurn): Promise<string | undefined> {
    const platform = this.#shop.accounts.of((turn.messages[0] as StoredMessage).address);
    return platform?.progress === undefined ? undefined : this.#placeholders.of(turn.turn);
  }

  #rows(reply: string, head: StoredMessage, placeholder: string | undefined): NewOutbound[] {
    const { accounts, clock, settings, newId } = this.#shop;
    const rows = replyRows(reply, {
      platform: accounts.of(head.address),
      kind: head.kind === 'command' ? 'command' : 'reply',
      address: head.address,
      lane: head.lane,
      message: head,
      expiresAt: clock.now() + settings.outboxTtl,
      id: newId,
    });
    const [first, ...rest] = rows;
    return first === undefined || placeholder === undefined
      ? rows
      : [{ ...first, platformId: placeholder }, ...rest];
  }

  #announce(turn: ClaimedTurn, verdict: Verdict, usage?: Usage): void {
    if (verdict.outcome === undefined) return;
    const { reply, error } = verdict;
    turn.messages.forEach((m, i) => {
      this.#shop.bus.emit({
        type: 'settled',
        lane: turn.lane,
        message: m.id,
        outcome: i === 0 ? (verdict.outcome as 'answered') : 'merged',
        text: reply,
        ...(error === undefined ? {} : { error }),
        ...(usage === undefined ? {} : { usage }),
      });
    });
  }
}

/** The lines a turn leaves in its session: the person's and the agent's. A command or a stateless turn leaves none. */
function transcriptOf(
  turn: ClaimedTurn,
  verdict: Verdict,
  given = mergeBurst(turn.messages),
): TranscriptEntry[] {
  const head = turn.messages[0] as StoredMessage;
  if (verdict.end === 'suspended' || head.kind === 'command' || head.stateless !== undefined)
    return [];
  const { text, attachments } = given;
  const user: TranscriptEntry = {
    role: 'user',
    text,
    ...(attachments.length === 0 ? {} : { attachments }),
  };
  return verdict.said === '' ? [user] : [user, { role: 'assistant', text: verdict.said }];
}
