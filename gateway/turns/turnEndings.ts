import type { Gate } from '../core/admission.ts';
import { mergeBurst } from '../core/burst.ts';
import { type Clock, SECOND } from '../core/clock.ts';
import { crashPoint } from '../core/crashPoint.ts';
import { JournalUnavailable } from '../core/exit.ts';
import type { Log } from '../core/log.ts';
import type { StoredMessage, TranscriptEntry } from '../core/message.ts';
import type { Settings } from '../core/settings.ts';
import type { ClaimedTurn, Usage } from '../core/turn.ts';
import { wait } from '../core/wait.ts';
import type { Accounts } from '../delivery/accounts.ts';
import type { Couriers } from '../delivery/couriers.ts';
import type { Placeholders } from '../delivery/placeholders.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Replies } from '../delivery/replies.ts';
import type { Claim, EndReceipt, Journal, NewOutbound, TurnResultRow } from '../journal/journal.ts';
import type { CutReason } from './activeTurn.ts';
import type { TurnResult } from './turnResult.ts';

/** How soon a turn's end is written again that the journal could not take. */
const AGAIN = 1 * SECOND;

/** What is known of the run behind a turn's end; nothing where no agent ran. */
export interface EndedRun {
  /** What the agent was given: the person's line in the transcript. */
  readonly given?: Pick<StoredMessage, 'text' | 'attachments'> | undefined;
  readonly usage?: Usage | undefined;
  readonly reasoning?: string | undefined;
  readonly cut?: CutReason | undefined;
}

export interface TurnEndingsDeps {
  readonly journal: Pick<Journal, 'endTurn'>;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'stopStep'>;
  readonly instance: string;
  readonly log: Log;
  readonly bus: ProgressBus;
  readonly accounts: Accounts;
  readonly couriers: Pick<Couriers, 'of'>;
  readonly replies: Replies;
  readonly placeholders: Placeholders;
}

/**
 * The end of a turn: its reply, the lines of its transcript, the outcomes of its messages and the start of
 * the lane's next turn in one commit; then what it has to be told to, in this order: the courier, the
 * placeholders, whoever looks on.
 */
export class TurnEndings {
  readonly #deps: TurnEndingsDeps;

  constructor(deps: TurnEndingsDeps) {
    this.#deps = deps;
  }

  /**
   * @returns undefined when another instance has taken the turn over: the output is refused.
   * @throws what the journal throws when it cannot take the end.
   */
  async write(
    turn: ClaimedTurn,
    result: TurnResult,
    { given, usage, reasoning, cut }: EndedRun,
    claim: Claim | undefined,
  ): Promise<Extract<EndReceipt, { accepted: true }> | undefined> {
    const { bus, clock, log, couriers, instance } = this.#deps;
    const head = turn.messages[0] as StoredMessage;
    const courier = couriers.of(head.address);
    const placeholder = await this.#placeholderOf(turn);
    const used = usage === undefined ? {} : { usage };
    const row: TurnResultRow = {
      end: result.end,
      now: clock.now(),
      outbound: this.#rows(result.reply, head, placeholder),
      transcript: transcriptOf(turn, result, given),
      ...(result.outcome === undefined ? {} : { outcome: result.outcome }),
      ...(result.error === undefined ? {} : { error: result.error }),
      ...used,
      ...(reasoning === undefined ? {} : { reasoning }),
      ...(courier?.holding ? { sender: instance } : {}),
      ...(claim === undefined || head.stateless !== undefined ? {} : { claim }),
    };
    const receipt = await this.#persist(turn, row);
    crashPoint('turn-ended');
    bus.emit({ type: 'ended', lane: turn.lane, turn: turn.turn, end: result.end, ...used });
    const about = { message: head.id, turn: turn.turn };
    if (!receipt.accepted) {
      log.warn({ ...about, fence: turn.fence }, 'output of a superseded turn was refused');
      return undefined;
    }
    log.info({ ...about, outcome: result.outcome ?? 'suspended', cut }, 'turn ended');
    courier?.deliver(receipt.outbox);
    // Rows that wait behind others of the lane, or for another instance's courier.
    if (receipt.outbox.length < row.outbound.length) courier?.kick();
    if (placeholder !== undefined && result.end !== 'suspended') {
      void this.#deps.placeholders.forget(turn.turn).catch(() => {});
    }
    this.#announce(turn, result, used);
    return receipt;
  }

  /**
   * Ends the turn in the journal, again and again while that cannot write (a full disk): the answer would
   * be lost and the lane blocked until a restart. While leaving only for a step's time; then the turn
   * stays ours in the journal and is taken up by the next instance.
   */
  async #persist(turn: ClaimedTurn, row: TurnResultRow): Promise<EndReceipt> {
    const { journal, gate, clock, settings, log } = this.#deps;
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
    const platform = this.#deps.accounts.of((turn.messages[0] as StoredMessage).address);
    return platform?.progress === undefined ? undefined : this.#deps.placeholders.of(turn.turn);
  }

  #rows(reply: string, head: StoredMessage, placeholder: string | undefined): NewOutbound[] {
    const rows = this.#deps.replies.to(head, reply);
    const [first, ...rest] = rows;
    return first === undefined || placeholder === undefined
      ? rows
      : [{ ...first, platformId: placeholder }, ...rest];
  }

  #announce(turn: ClaimedTurn, result: TurnResult, used: { usage?: Usage }): void {
    if (result.outcome === undefined) return;
    const { reply, error } = result;
    turn.messages.forEach((m, i) => {
      this.#deps.bus.emit({
        type: 'settled',
        lane: turn.lane,
        message: m.id,
        outcome: i === 0 ? (result.outcome as 'answered') : 'merged',
        text: reply,
        ...(error === undefined ? {} : { error }),
        ...used,
      });
    });
  }
}

/** The lines a turn leaves in its session: the person's and the agent's. A command or a stateless turn leaves none. */
function transcriptOf(
  turn: ClaimedTurn,
  result: TurnResult,
  given = mergeBurst(turn.messages),
): TranscriptEntry[] {
  const head = turn.messages[0] as StoredMessage;
  if (result.end === 'suspended' || head.kind === 'command' || head.stateless !== undefined)
    return [];
  const { text, attachments } = given;
  const user: TranscriptEntry = {
    role: 'user',
    text,
    ...(attachments.length === 0 ? {} : { attachments }),
  };
  return result.said === '' ? [user] : [user, { role: 'assistant', text: result.said }];
}
