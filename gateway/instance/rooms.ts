import { Gate } from '../core/admission.ts';
import type { Operations } from '../core/operations.ts';
import type { Order } from '../core/order.ts';
import type { Status } from '../core/status.ts';
import { Delivery } from '../delivery/delivery.ts';
import { Intake } from '../intake/intake.ts';
import { Directives } from '../turns/directives.ts';
import { Turns } from '../turns/turns.ts';
import { Drainer } from './drainer.ts';
import type { GatewayParts } from './gatewayParts.ts';
import { settle } from './leaving.ts';
import { createOperations } from './operations/operations.ts';
import { DrainOrders } from './orders/drainOrders.ts';
import { OrderRecords } from './orders/orderRecords.ts';
import { RestartOrders } from './orders/restartOrders.ts';

/** What the rooms of an instance ask of the instance itself. */
export interface InstanceCalls {
  status(): Promise<Status>;
  stop(force: boolean): void;
  /** A full restart, where nobody is above. */
  restartAlone(order: Order): void;
  /** A drain that somebody ordered has begun. */
  paused(): void;
}

/** The rooms that a message passes through in one instance, and what moves the instance as a whole. */
export interface Rooms {
  readonly gate: Gate;
  readonly intake: Intake;
  readonly turns: Turns;
  readonly directives: Directives;
  readonly delivery: Delivery;
  readonly drainer: Drainer;
  readonly records: OrderRecords;
  readonly restarts: RestartOrders;
  readonly drains: DrainOrders;
  readonly operations: Operations;
  /** What an instance says of itself has changed. */
  readonly changed: () => void;
}

/**
 * Builds the rooms from the way out to the way in, since each needs those below it. What runs the other
 * way is a call at a moment, not a part: a command, a turn's end, a drain that goes on.
 */
export function buildRooms(parts: GatewayParts, calls: InstanceCalls): Rooms {
  const { clock, log } = parts;
  const gate = new Gate(() => clock.now());
  const base = { ...parts, gate };
  const delivery = new Delivery(base);
  const { bus } = delivery;
  const changed = () => bus.emit({ type: 'status' });

  const turns: Turns = new Turns({
    ...base,
    ...delivery,
    command: (message) => intake.commands.execute(message),
    changed: () => {
      drainer.look();
      restarts.look();
    },
  });
  const directives = new Directives({ ...base, turns, bus });
  const claimWaiting = () => void turns.claims.waiting();

  const drainer: Drainer = new Drainer({
    ...base,
    turns,
    settle: () => settle({ ...base, ...delivery }),
    changed,
    pauseOver: () => {
      void drains
        .over()
        .catch((error) => log.warn({ err: error }, 'could not close a drain order'));
      claimWaiting();
    },
  });
  const records = new OrderRecords(parts);
  const ordered = { ...base, notices: delivery.notices, drainer, records };
  const drains: DrainOrders = new DrainOrders(ordered);
  const restarts: RestartOrders = new RestartOrders({
    ...ordered,
    restartAlone: calls.restartAlone,
  });

  const operations = createOperations({
    ...base,
    ...delivery,
    directives,
    restarts,
    drains,
    claimWaiting,
    status: calls.status,
    stop: calls.stop,
    paused: calls.paused,
  });
  const intake: Intake = new Intake({
    ...base,
    ...delivery,
    turns,
    directives,
    operations,
    changed,
  });
  return {
    gate,
    intake,
    turns,
    directives,
    delivery,
    drainer,
    records,
    restarts,
    drains,
    operations,
    changed,
  };
}
