import type { Gate } from '../core/admission.ts';
import { decideBusy } from '../core/busy.ts';
import type { Clock } from '../core/clock.ts';
import { meantOption } from '../core/question.ts';
import type { Settings } from '../core/settings.ts';
import type { Notices } from '../delivery/notices.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Journal, NewMessage, Receipt, RunningRow } from '../journal/journal.ts';
import type { ActiveTurn } from '../turns/activeTurn.ts';
import type { Directives } from '../turns/directives.ts';
import { QuestionStore } from '../turns/questions/questionStore.ts';
import type { Turns } from '../turns/turns.ts';

type Accepted = Extract<Receipt, { status: 'accepted' }>;

export interface FollowUpsDeps {
  readonly journal: Pick<Journal, 'orders' | 'settle' | 'cursor' | 'setCursor'>;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'busyMode' | 'notices'>;
  readonly instance: string;
  /** Whoever of this machine has a lower one leaves, or is about to. */
  readonly generation: number;
  readonly machine: string;
  readonly bus: ProgressBus;
  readonly notices: Notices;
  readonly turns: Pick<Turns, 'get'>;
  readonly directives: Directives;
}

/**
 * What a message does to the turn that keeps its lane busy, here or in another instance: nothing, end
 * it, go into it, or answer its question. Whatever fails leaves the message where it is, in its queue.
 */
export class FollowUps {
  readonly #deps: FollowUpsDeps;

  constructor(deps: FollowUpsDeps) {
    this.#deps = deps;
  }

  /** Decides about the running turn of the message's lane; the message itself waits already. */
  async decide(message: NewMessage, receipt: Accepted): Promise<void> {
    const { gate, settings, instance, turns, notices, directives } = this.#deps;
    const { running } = receipt;
    if (running === undefined) {
      if (gate.phase !== 'open' && receipt.turn === undefined)
        await this.#sayDraining(message, settings.notices.queuedBehindRestart);
      return;
    }
    const here = running.holder === instance ? turns.get(running.turn) : undefined;
    if (await this.#answers({ ...message, id: receipt.id }, running.turn, here)) return;
    const decision = decideBusy(message.busy ?? settings.busyMode, {
      // An earlier generation may not have been told yet that it is to drain: its turns are left alone, too.
      draining:
        running.holder === instance
          ? gate.phase !== 'open'
          : running.holderDraining || this.#precedes(running),
      steerable: here === undefined || here.agent.capabilities.steer,
      ending: here?.ending ?? false,
    });
    if (decision.notice === 'queued-behind-drain')
      await this.#sayDraining(message, settings.notices.queuedBehindDrain);
    if (decision.notice === 'cannot-steer')
      await notices.tell(`steer:${running.turn}`, message, settings.notices.cannotSteer);
    if (decision.action === 'interrupt') await directives.interrupt(running);
    if (decision.action === 'steer') await directives.steer(running, receipt.id, message.text);
  }

  #precedes({ holderMachine, holderGeneration }: RunningRow): boolean {
    // A version that does not know machines says none.
    const here = holderMachine === this.#deps.machine || holderMachine === '';
    return here && holderGeneration < this.#deps.generation;
  }

  /**
   * Takes a message as the written answer (its number, its words) to the question that the running turn
   * of its lane waits with; `here` is that turn where this instance runs it. `false`: it is none.
   */
  async #answers(
    { id, lane, text, attachments }: NewMessage,
    turn: string,
    here: ActiveTurn | undefined,
  ): Promise<boolean> {
    const { journal, bus, clock, directives } = this.#deps;
    if (attachments.length > 0) return false;
    const question = here === undefined ? await new QuestionStore(journal).of(turn) : here.question;
    const option = question === undefined ? undefined : meantOption(question, text);
    if (question === undefined || option === undefined) return false;
    await directives.answer(turn, question.id, option);
    const done = { now: clock.now(), outbound: [], detail: { answers: question.id, option } };
    if (await journal.settle(id, 'answered', done))
      bus.emit({ type: 'settled', lane, message: id, outcome: 'answered', text: '' });
    return true;
  }

  /**
   * Said once per chat and drain, whatever the number of messages (the key holds the drain's order).
   * `restarting` are the words for a restart; a pause for maintenance has its own.
   */
  async #sayDraining(message: NewMessage, restarting: string): Promise<void> {
    if (message.stateless !== undefined) return;
    const { journal, instance, settings, notices } = this.#deps;
    const open = await journal.orders({ state: 'open', limit: 2 });
    const order = open.find(({ kind }) => kind === 'restart') ?? open[0];
    const words = order?.kind === 'drain' ? settings.notices.queuedBehindPause : restarting;
    await notices.tell(`drain:${order?.id ?? instance}`, message, words);
  }
}
