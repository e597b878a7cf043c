import type { Gate } from '../../core/admission.ts';
import { type Clock, SECOND } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { effectiveState, type Order } from '../../core/order.ts';
import { wait } from '../../core/wait.ts';
import type { Couriers } from '../../delivery/couriers.ts';
import { type Notices, WORDS } from '../../delivery/notices.ts';
import type { Journal } from '../../journal/journal.ts';
import type { OrderRecords } from './orderRecords.ts';

const LOOK = 50;

export interface EarlierOrdersDeps {
  readonly journal: Pick<Journal, 'updateOrder' | 'running'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly gate: Gate;
  readonly instance: string;
  readonly couriers: Pick<Couriers, 'of'>;
  readonly notices: Notices;
  readonly records: OrderRecords;
}

/**
 * At the start of a serving instance: open restart orders of earlier ones are done, because this is
 * what they asked for. The chat that asked is told once, after the turn that asked has ended.
 * @returns the last restart order that was closed.
 */
export async function closeEarlierOrders(deps: EarlierOrdersDeps): Promise<Order | undefined> {
  const { journal, instance, clock, records } = deps;
  let last: Order | undefined;
  for (const order of await records.ofEarlier()) {
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
    last = done ?? last;
    if (done?.tell !== undefined) void tellBack(done, done.tell, deps);
  }
  return last;
}

async function tellBack(
  order: Order,
  tell: NonNullable<Order['tell']>,
  { journal, clock, log, couriers, notices, gate }: EarlierOrdersDeps,
): Promise<void> {
  // The turn that asked may still run in the predecessor: its reply comes first (R09). And as long as
  // the predecessor sends for the account, the word would reach the pages that it still has, not ours.
  const early = async () =>
    couriers.of(tell.address)?.holding === false ||
    (tell.turn !== undefined && (await journal.running()).some((r) => r.turn === tell.turn));
  try {
    while (gate.phase === 'open' && (await early())) await wait(clock, LOOK);
    const took = ((order.endedAt ?? clock.now()) - order.createdAt) / SECOND;
    await notices.tell(`restart:${order.id}`, tell, WORDS.back(took));
  } catch (error) {
    log.warn({ err: error, order: order.id }, 'could not tell a chat that the restart is over');
  }
}
