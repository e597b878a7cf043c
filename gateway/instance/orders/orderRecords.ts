import type { Clock } from '../../core/clock.ts';
import { effectiveState, type Order } from '../../core/order.ts';
import { wait } from '../../core/wait.ts';
import type { Journal } from '../../journal/journal.ts';

const LOOK = 50;

export interface OrderRecordsDeps {
  readonly journal: Pick<Journal, 'order' | 'orders' | 'updateOrder'>;
  readonly clock: Clock;
}

/** Orders in the journal, where whoever comes next finds them. */
export class OrderRecords {
  readonly #deps: OrderRecordsDeps;
  /** Orders of this instance's own time: not what an earlier one left, even while this one is still starting. */
  readonly #own = new Set<string>();

  constructor(deps: OrderRecordsDeps) {
    this.#deps = deps;
  }

  /**
   * Records an order, or returns the open one of its kind. One past its deadline is over, whoever left
   * it: it does not stand in a new one's way.
   */
  async place(order: Order): Promise<{ order: Order; created: boolean }> {
    this.#own.add(order.id);
    const { journal, clock } = this.#deps;
    const placed = await journal.order(order);
    if (placed.created || effectiveState(placed.order, clock.now()) === 'open') return placed;
    await this.end(placed.order, 'timed-out');
    return journal.order(order);
  }

  async end(order: Order, state: 'cancelled' | 'timed-out'): Promise<Order> {
    const { journal, clock } = this.#deps;
    return (
      (await journal.updateOrder(order.id, { state, endedAt: clock.now() })) ?? { ...order, state }
    );
  }

  /** Open orders that instances before this one left. */
  async ofEarlier(): Promise<Order[]> {
    const open = await this.#deps.journal.orders({ state: 'open', limit: 20 });
    return open.filter(({ id }) => !this.#own.has(id));
  }

  /** An order once it has ended, whoever ends it; undefined while it is open after `ms`. */
  async endOf(id: string, ms: number): Promise<Order | undefined> {
    const { journal, clock } = this.#deps;
    const until = clock.monotonic() + ms;
    for (;;) {
      const order = (await journal.orders({ limit: 50 })).find((o) => o.id === id);
      if (order !== undefined && order.state !== 'open') return order;
      if (clock.monotonic() >= until) return undefined;
      await wait(clock, LOOK);
    }
  }
}
