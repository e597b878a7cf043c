import type { Gate } from '../core/admission.ts';
import { crashPoint } from '../core/crashPoint.ts';
import type { Log } from '../core/log.ts';
import type { Inbound, JsonValue } from '../core/message.ts';
import { isRefusal } from '../core/refusal.ts';
import type { Settings } from '../core/settings.ts';
import type { Notices } from '../delivery/notices.ts';
import { WORDS } from '../delivery/notices.ts';
import type { Outcomes } from '../delivery/outcomes.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Journal, NewMessage, Receipt } from '../journal/journal.ts';
import type { Received } from '../platforms/platform.ts';
import type { Turns } from '../turns/turns.ts';
import type { CommandRunner } from './commandRunner.ts';
import type { FollowUps } from './followUps.ts';
import { type NewMessageDeps, newMessage } from './newMessage.ts';

type Accepted = Extract<Receipt, { status: 'accepted' }>;

export interface ReceptionDeps extends NewMessageDeps {
  readonly journal: Pick<Journal, 'accept' | 'sessions' | 'transcript'>;
  readonly gate: Gate;
  readonly settings: Pick<Settings, 'groups' | 'queueLimit'>;
  readonly instance: string;
  readonly log: Log;
  readonly bus: ProgressBus;
  readonly notices: Notices;
  readonly outcomes: Outcomes;
  readonly turns: Turns;
  readonly followUps: FollowUps;
  readonly commandRunner: CommandRunner;
}

/**
 * The way in. One message's walk: admitted at the gate, committed, and only then anything else: its
 * turn starts (in the same commit when its lane is free), or it waits and the busy rule decides what
 * becomes of the running turn, or it is a command that takes effect at once.
 */
export class Reception {
  readonly #deps: ReceptionDeps;

  constructor(deps: ReceptionDeps) {
    this.#deps = deps;
  }

  /** @throws JournalUnavailable: nothing was accepted; the platform must not be acknowledged. */
  async receive(inbound: Inbound, cursor?: { name: string; value: JsonValue }): Promise<Received> {
    const { gate, journal, settings, clock, instance, turns } = this.#deps;
    const receiving = gate.admit('receive', inbound.updateId);
    if (isRefusal(receiving)) return { accepted: false, ...receiving };
    // Taken before the commit that may start the turn: work must be counted before it exists.
    const admitted = turns.claims.admit(inbound.updateId);
    const free = isRefusal(admitted) ? undefined : admitted;
    let started = false;
    try {
      crashPoint('message-arrived');
      const message = await newMessage(inbound, this.#deps);
      const receipt = await journal.accept(message, {
        now: clock.now(),
        queueLimit: settings.queueLimit,
        holder: instance,
        ...(free === undefined ? {} : { claim: free.claim }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (receipt.status === 'full') return await this.#full(message, receipt.queued);
      if (receipt.status === 'duplicate') return this.#again(message, receipt);
      this.#tellAccepted(message, receipt);
      if (receipt.turn !== undefined && free !== undefined) {
        started = true;
        void turns.run(receipt.turn, free.token);
      }
      this.#follow(message, receipt);
      const { id, session, ahead } = receipt;
      return { accepted: true, id, lane: message.lane, session, duplicate: false, ahead };
    } finally {
      if (!started) free?.token.release();
      receiving.release();
    }
  }

  async #full(message: NewMessage, queued: number): Promise<Received> {
    const { notices, clock } = this.#deps;
    const minute = Math.floor(clock.now() / 60_000);
    await notices.tell(`full:${minute}`, message, WORDS.full(queued));
    return { accepted: false, refused: 'full' };
  }

  #again(
    { lane }: NewMessage,
    { id, session, bodyHash }: Extract<Receipt, { status: 'duplicate' }>,
  ): Received {
    this.#deps.log.info({ message: id }, 'the same delivery again; nothing is done twice');
    return { accepted: true, id, lane, session, duplicate: true, bodyHash, ahead: 0 };
  }

  #tellAccepted(message: NewMessage, { id, session, ahead }: Accepted): void {
    const { log, outcomes, bus } = this.#deps;
    const { lane, text, updateId, sender } = message;
    log.info({ message: id, lane, ahead }, 'accepted');
    crashPoint('message-committed');
    outcomes.expect(id, lane);
    const who = sender.name ?? sender.id;
    bus.emit({ type: 'accepted', lane, message: id, session, text, updateId, who, ahead });
  }

  #follow(message: NewMessage, receipt: Accepted): void {
    const { turns, followUps, commandRunner, log } = this.#deps;
    if (message.kind === 'command') {
      if (!message.atOnce) return;
      const { id, seq, session } = receipt;
      void commandRunner.run({ ...message, id, seq, session, state: 'running' });
      return;
    }
    if (receipt.readyAt !== undefined) turns.claims.later(message.lane, receipt.readyAt);
    const waits =
      receipt.turn === undefined || !receipt.turn.messages.some((m) => m.id === receipt.id);
    if (!waits) return;
    void followUps.decide(message, receipt).catch((error) => {
      log.warn(
        { err: error, message: receipt.id },
        'the busy rule could not be applied; the message waits',
      );
    });
  }
}
