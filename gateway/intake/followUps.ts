import { decideBusy } from '../core/busy.ts';
import type { JsonValue } from '../core/message.ts';
import type { Operations } from '../core/operations.ts';
import { notify } from '../delivery/notices.ts';
import type { Shop } from '../instance/shop.ts';
import type { NewMessage, Receipt, RunningRow } from '../journal/journal.ts';
import { answerInWords } from '../turns/questions/inWords.ts';
import type { Turns } from '../turns/turns.ts';

type Accepted = Extract<Receipt, { status: 'accepted' }>;

/**
 * What a message does to the turn that keeps its lane busy, here or in another instance: nothing, end
 * it, go into it, or answer its question. Whatever fails leaves the message where it is, in its queue.
 */
export class FollowUps {
  readonly #shop: Shop;
  readonly #turns: Turns;
  /** Answers a turn's question, wherever the turn is. Rejects where it is not open. */
  answer: Operations['answer'] = async () => {};

  constructor(shop: Shop, turns: Turns) {
    this.#shop = shop;
    this.#turns = turns;
  }

  /** Decides about the running turn of the message's lane; the message itself waits already. */
  async decide(message: NewMessage, receipt: Accepted): Promise<void> {
    const { gate, settings, instance, generation } = this.#shop;
    if (receipt.running === undefined) {
      if (gate.phase !== 'open' && receipt.turn === undefined)
        await this.#sayDraining(message, settings.notices.queuedBehindRestart);
      return;
    }
    const running = receipt.running;
    const here = running.holder === instance ? this.#turns.get(running.turn) : undefined;
    const said = { ...message, id: receipt.id };
    if (await answerInWords(this.#shop, said, running.turn, here, this.answer)) return;
    const decision = decideBusy(message.busy ?? settings.busyMode, {
      // An earlier generation may not have been told yet that it is to drain: its turns are left alone, too.
      draining:
        running.holder === instance
          ? gate.phase !== 'open'
          : running.holderDraining || running.holderGeneration < generation,
      steerable: here === undefined || here.agent.capabilities.steer,
      ending: here?.ending ?? false,
    });
    if (decision.notice === 'queued-behind-drain')
      await this.#sayDraining(message, settings.notices.queuedBehindDrain);
    if (decision.notice === 'cannot-steer')
      await notify(this.#shop, `steer:${running.turn}`, message, settings.notices.cannotSteer);
    if (decision.action === 'interrupt') {
      if (here !== undefined) here.cut('interrupt');
      else await this.#direct(running, 'interrupt');
    }
    if (decision.action === 'steer') {
      if (here === undefined)
        await this.#direct(running, 'steer', { message: receipt.id, text: message.text });
      else await this.steer(running.turn, receipt.id, message.text);
    }
  }

  /** Puts a queued message into a turn of this instance. Fails silently into the queue: it is the next turn then. */
  async steer(turn: string, message: string, text: string): Promise<void> {
    const { journal, clock, bus } = this.#shop;
    const active = this.#turns.get(turn);
    if (active === undefined || !(await active.steer(text))) return;
    const settled = await journal.settle(message, 'steered', {
      now: clock.now(),
      outbound: [],
      turn,
    });
    if (settled)
      bus.emit({ type: 'settled', lane: active.turn.lane, message, outcome: 'steered', text: '' });
  }

  async #direct(
    running: RunningRow,
    kind: 'interrupt' | 'steer',
    payload?: JsonValue,
  ): Promise<void> {
    const { journal, newId, clock } = this.#shop;
    await journal.direct({
      id: newId(),
      to: running.holder,
      turn: running.turn,
      kind,
      now: clock.now(),
      ...(payload === undefined ? {} : { payload }),
    });
  }

  /**
   * Said once per chat and drain, whatever the number of messages (the key holds the drain's order).
   * `restarting` are the words for a restart; a pause for maintenance has its own.
   */
  async #sayDraining(message: NewMessage, restarting: string): Promise<void> {
    if (message.stateless !== undefined) return;
    const { journal, instance, settings } = this.#shop;
    const open = await journal.orders({ state: 'open', limit: 2 });
    const order = open.find(({ kind }) => kind === 'restart') ?? open[0];
    const words = order?.kind === 'drain' ? settings.notices.queuedBehindPause : restarting;
    await notify(this.#shop, `drain:${order?.id ?? instance}`, message, words);
  }
}
