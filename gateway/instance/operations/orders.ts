import type { Operations } from '../../core/operations.ts';
import type { Journal } from '../../journal/journal.ts';
import type { DrainOrders } from '../orders/drainOrders.ts';
import type { RestartOrders } from '../orders/restartOrders.ts';

export interface OrderDeps {
  readonly journal: Pick<Journal, 'orders'>;
  readonly restarts: RestartOrders;
  readonly drains: DrainOrders;
  /** Something that waits may be started now. */
  readonly claimWaiting: () => void;
  /** A drain that somebody ordered has begun. */
  readonly paused: () => void;
}

/** Restarts and drains: asked for, taken back, looked at. */
export function orderOperations({
  journal,
  restarts,
  drains,
  claimWaiting,
  paused,
}: OrderDeps): Pick<Operations, 'restart' | 'cancelRestart' | 'drain' | 'cancelDrain' | 'order'> {
  return {
    restart: (request) => restarts.restart(request),
    cancelRestart: () => restarts.cancel(),
    drain: async ({ by, deadlineMs }) => {
      const before = drains.current?.id;
      const order = await drains.drain(by, deadlineMs);
      if (order.id !== before) paused();
      return order;
    },
    cancelDrain: async () => {
      const order = await drains.cancel();
      claimWaiting();
      return order;
    },
    order: async (id) => (await journal.orders({ limit: 200 })).find((o) => o.id === id),
  };
}
