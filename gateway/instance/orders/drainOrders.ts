import { type Clock, MINUTE, type NewId } from '../../core/clock.ts';
import { RequestError } from '../../core/exit.ts';
import type { Order } from '../../core/order.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Drainer } from '../drainer.ts';
import type { OrderRecords } from './orderRecords.ts';

/** How long a pause lasts that nobody renews. */
const PAUSE = 15 * MINUTE;

export interface DrainOrdersDeps {
  readonly journal: Pick<Journal, 'updateOrder'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly drainer: Pick<Drainer, 'pause' | 'cancel'>;
  readonly records: OrderRecords;
}

/** Pauses for maintenance: no new turns are started until somebody cancels, or the order's deadline. */
export class DrainOrders {
  readonly #deps: DrainOrdersDeps;
  #current: Order | undefined;

  constructor(deps: DrainOrdersDeps) {
    this.#deps = deps;
  }

  /** The order to show: open, or the last that ended. */
  get current(): Order | undefined {
    return this.#current;
  }

  /** Pauses for `timeout` ms. Asked again it renews the open order. */
  async drain(by: string, timeout: number = PAUSE): Promise<Order> {
    const { clock, newId, journal, records, drainer } = this.#deps;
    const now = clock.now();
    const deadline = now + timeout;
    const { order, created } = await records.place({
      id: newId(),
      kind: 'drain',
      by,
      force: false,
      createdAt: now,
      deadline,
      state: 'open',
    });
    this.#current = created
      ? order
      : ((await journal.updateOrder(order.id, { deadline })) ?? order);
    drainer.pause(timeout);
    return this.#current;
  }

  /** @throws RequestError where there is nothing to cancel, or it is too late. */
  async cancel(): Promise<Order> {
    const order = this.#current;
    if (order === undefined || order.state !== 'open')
      throw new RequestError('There is no drain to cancel.');
    if (!this.#deps.drainer.cancel())
      throw new RequestError('It is too late to cancel: the gateway is leaving.');
    return this.#end(order, 'cancelled');
  }

  /** The pause reached its deadline and nobody renewed it. */
  async over(): Promise<void> {
    if (this.#current?.state === 'open') await this.#end(this.#current, 'timed-out');
  }

  async #end(order: Order, state: 'cancelled' | 'timed-out'): Promise<Order> {
    const ended = await this.#deps.records.end(order, state);
    this.#current = ended;
    return ended;
  }
}
