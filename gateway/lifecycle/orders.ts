import { SECOND } from '../core/clock.ts';
import { RequestError } from '../core/exit.ts';
import type { RestartRequest } from '../core/operations.ts';
import { effectiveState, type Order, type OrderKind } from '../core/order.ts';
import { wait } from '../core/wait.ts';
import type { Drainer } from './drainer.ts';
import { notify, WORDS } from './notices.ts';
import type { Shop } from './shop.ts';

/** Who can put another process in this one's place. Absent in a process that runs alone. */
export interface Above {
  requestRestart(order: Order): void;
  cancelRestart(order: Order): void;
}

/** How long a restart order stays open at the most: its drain, and time to come back. */
const COME_BACK = 60 * SECOND;
const PAUSE = 15 * 60 * SECOND;

/**
 * Restart and drain orders of this instance: placed, joined, carried out, closed. The record is in the
 * journal, so that whoever comes next can close it and tell the chat that asked.
 */
export class Orders {
  readonly #shop: Shop;
  readonly #drainer: Drainer;
  readonly #above: Above | undefined;
  /** Called for a full restart when nobody is above. */
  readonly #restartAlone: (order: Order) => void;
  /** Orders of this instance's own time: not what an earlier one left, even while this one is still starting. */
  readonly #own = new Set<string>();
  #restart: Order | undefined;
  #drain: Order | undefined;

  constructor(
    shop: Shop,
    drainer: Drainer,
    above: Above | undefined,
    restartAlone: (order: Order) => void,
  ) {
    this.#shop = shop;
    this.#drainer = drainer;
    this.#above = above;
    this.#restartAlone = restartAlone;
  }

  /** The orders to show: open, or the last that ended. */
  get restartOrder(): Order | undefined {
    return this.#restart;
  }
  get drainOrder(): Order | undefined {
    return this.#drain;
  }

  /** Places a restart order, or returns the open one and starts nothing; `force` reaches the open one too. */
  async restart(request: RestartRequest): Promise<Order> {
    const { settings, clock, newId, journal, log } = this.#shop;
    const now = clock.now();
    const mode = request.full === true || this.#above === undefined ? 'full' : 'handover';
    const { order, created } = await this.#place({
      id: newId(),
      kind: 'restart',
      by: request.by,
      mode,
      force: request.force ?? false,
      createdAt: now,
      deadline: now + (mode === 'full' ? settings.restartDrainTimeout : 0) + COME_BACK,
      state: 'open',
      ...(request.tell === undefined ? {} : { tell: request.tell }),
    });
    this.#restart = order;
    if (created) {
      log.info({ order: order.id, by: order.by, mode, force: order.force }, 'restart ordered');
      if (request.whenIdle) await this.#whenIdle();
      this.#carryOut(order);
    } else if (request.force && !order.force) {
      this.#restart = (await journal.updateOrder(order.id, { force: true })) ?? order;
      this.#drainer.force();
    }
    return this.#restart;
  }

  async cancelRestart(): Promise<Order> {
    const order = this.#restart;
    if (order === undefined || order.state !== 'open')
      throw new RequestError('There is no restart to cancel.');
    if (order.mode === 'full' && !this.#drainer.cancel()) {
      throw new RequestError('It is too late to cancel: turns are being ended already.');
    }
    this.#above?.cancelRestart(order);
    // With a supervisor the result message closes the order; alone, this does.
    return this.#above === undefined || order.mode === 'full'
      ? await this.close(order.id, 'cancelled')
      : order;
  }

  async drain(by: string, timeout: number = PAUSE): Promise<Order> {
    const { clock, newId, journal } = this.#shop;
    const now = clock.now();
    const placed = await this.#place({
      id: newId(),
      kind: 'drain',
      by,
      force: false,
      createdAt: now,
      deadline: now + timeout,
      state: 'open',
    });
    this.#drain = placed.created
      ? placed.order
      : ((await journal.updateOrder(placed.order.id, { deadline: now + timeout })) ?? placed.order);
    this.#drainer.pause(timeout);
    return this.#drain;
  }

  async cancelDrain(): Promise<Order> {
    const order = this.#drain;
    if (order === undefined || order.state !== 'open')
      throw new RequestError('There is no drain to cancel.');
    if (!this.#drainer.cancel())
      throw new RequestError('It is too late to cancel: the gateway is leaving.');
    return this.#end(order, 'cancelled');
  }

  /** The pause reached its deadline and nobody renewed it. */
  async pauseOver(): Promise<void> {
    if (this.#drain?.state === 'open') await this.#end(this.#drain, 'timed-out');
  }

  /** Someone else (a signal) began a hand-over: record it, so that status and journal tell of it. */
  async noted(id: string, by: string): Promise<void> {
    const now = this.#shop.clock.now();
    const { order } = await this.#place({
      id,
      kind: 'restart',
      by,
      mode: 'handover',
      force: false,
      createdAt: now,
      deadline: now + COME_BACK,
      state: 'open',
    });
    this.#restart = order;
  }

  /** Closes a restart order with its end, and tells the chat that asked when it came to nothing. */
  async close(
    id: string,
    state: 'done' | 'refused' | 'cancelled' | 'timed-out',
    reason?: string,
    successor?: string,
  ): Promise<Order> {
    const order = await this.#shop.journal.updateOrder(id, {
      state,
      endedAt: this.#shop.clock.now(),
      ...(reason === undefined ? {} : { reason }),
      ...(successor === undefined ? {} : { successor }),
    });
    if (order === undefined) throw new RequestError(`There is no restart order ${id}.`);
    this.#restart = order;
    if ((state === 'refused' || state === 'timed-out') && order.tell !== undefined) {
      await notify(this.#shop, `restart:${id}`, order.tell, WORDS.refused(reason ?? state));
    }
    return order;
  }

  /**
   * At the start of a serving instance: open restart orders of earlier ones are done, because this is
   * what they asked for. The chat that asked is told once, after the turn that asked has ended.
   */
  async closeEarlier(): Promise<void> {
    const { journal, instance, clock } = this.#shop;
    for (const order of await journal.orders({ state: 'open', limit: 20 })) {
      if (this.#own.has(order.id)) continue;
      const now = clock.now();
      if (order.kind === 'drain') {
        // A drain belongs to the instance that was told to: its successor serves (R07).
        await journal.updateOrder(order.id, { state: 'done', endedAt: now });
        continue;
      }
      const done = await journal.updateOrder(order.id, {
        state: effectiveState(order, now) === 'timed-out' ? 'timed-out' : 'done',
        endedAt: now,
        successor: instance,
      });
      this.#restart = done;
      if (done?.tell !== undefined) void this.#tellBack(done, done.tell);
    }
  }

  async #tellBack(order: Order, tell: NonNullable<Order['tell']>): Promise<void> {
    const { journal, clock, log } = this.#shop;
    try {
      // The turn that asked may still run in the predecessor: its reply comes first (R09).
      while (
        tell.turn !== undefined &&
        (await journal.running()).some((r) => r.turn === tell.turn)
      ) {
        await wait(clock, 200);
      }
      const took = ((order.endedAt ?? clock.now()) - order.createdAt) / SECOND;
      await notify(this.#shop, `restart:${order.id}`, tell, WORDS.back(took));
    } catch (error) {
      log.warn({ err: error, order: order.id }, 'could not tell a chat that the restart is over');
    }
  }

  async #whenIdle(): Promise<void> {
    await this.#shop.gate.idle('turn', 'background');
  }

  #carryOut(order: Order): void {
    if (this.#above !== undefined) this.#above.requestRestart(order);
    else this.#restartAlone(order);
  }

  /** An open order past its deadline is over, whoever left it: it does not stand in a new one's way. */
  async #place(order: Order): Promise<{ order: Order; created: boolean }> {
    this.#own.add(order.id);
    const { journal, clock } = this.#shop;
    const placed = await journal.order(order);
    if (placed.created || effectiveState(placed.order, clock.now()) === 'open') return placed;
    await this.#end(placed.order, 'timed-out');
    return journal.order(order);
  }

  async #end(order: Order, state: 'cancelled' | 'timed-out'): Promise<Order> {
    const ended = await this.#shop.journal.updateOrder(order.id, {
      state,
      endedAt: this.#shop.clock.now(),
    });
    const result = ended ?? { ...order, state };
    if ((order.kind as OrderKind) === 'drain') this.#drain = result;
    return result;
  }
}
